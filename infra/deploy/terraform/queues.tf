# One queue tells of new files, one carries the calls that EventBridge sees. What cannot be worked on lies in a third for two weeks.

resource "aws_sqs_queue" "dead" {
  name                      = "${var.name}-dead"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue" "this" {
  for_each                   = toset(var.event_bridge ? ["files", "calls"] : ["files"])
  name                       = "${var.name}-${each.key}"
  message_retention_seconds  = 1209600
  visibility_timeout_seconds = 300
  receive_wait_time_seconds  = 20
  sqs_managed_sse_enabled    = true
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 10
  })
}

data "aws_iam_policy_document" "queue" {
  for_each = aws_sqs_queue.this
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [each.value.arn]
    principals {
      type        = "Service"
      identifiers = [each.key == "files" ? "s3.amazonaws.com" : "events.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = each.key == "files" ? [aws_s3_bucket.trail.arn] : aws_cloudwatch_event_rule.calls[*].arn
    }
    # A name of a bucket says nothing of who has it.
    dynamic "condition" {
      for_each = each.key == "files" ? [local.account] : []
      content {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_sqs_queue_policy" "this" {
  for_each  = aws_sqs_queue.this
  queue_url = each.value.url
  policy    = data.aws_iam_policy_document.queue[each.key].json
}

resource "aws_s3_bucket_notification" "files" {
  bucket = aws_s3_bucket.trail.id
  queue {
    queue_arn     = aws_sqs_queue.this["files"].arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "AWSLogs/${local.account}/CloudTrail/"
    filter_suffix = ".json.gz"
  }
  depends_on = [aws_sqs_queue_policy.this]
}

# Reads begin with Get, List or Describe, and come only in this state of the rule.
resource "aws_cloudwatch_event_rule" "calls" {
  count       = var.event_bridge ? 1 : 0
  name        = "${var.name}-calls"
  description = "Calls and sign-ins that CloudTrail records, for Keytrail"
  state       = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
  event_pattern = jsonencode({
    "detail-type" = ["AWS API Call via CloudTrail", "AWS Console Sign In via CloudTrail"]
  })
}

resource "aws_cloudwatch_event_target" "calls" {
  count = var.event_bridge ? 1 : 0
  rule  = aws_cloudwatch_event_rule.calls[0].name
  arn   = aws_sqs_queue.this["calls"].arn
  dead_letter_config {
    arn = aws_sqs_queue.dead.arn
  }
  depends_on = [aws_sqs_queue_policy.this]
}

data "aws_iam_policy_document" "dead" {
  count = var.event_bridge ? 1 : 0
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.dead.arn]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.calls[0].arn]
    }
  }
}

resource "aws_sqs_queue_policy" "dead" {
  count     = var.event_bridge ? 1 : 0
  queue_url = aws_sqs_queue.dead.url
  policy    = data.aws_iam_policy_document.dead[0].json
}

resource "aws_msk_serverless_cluster" "this" {
  count        = var.kafka == null ? 0 : 1
  cluster_name = var.name
  vpc_config {
    subnet_ids         = var.kafka.subnet_ids
    security_group_ids = var.kafka.security_group_ids
  }
  client_authentication {
    sasl {
      iam {
        enabled = true
      }
    }
  }
}
