# Seeing and cutting are two different trusts (docs/connect-aws.md, which has the same policies).

resource "aws_iam_role" "reader" {
  name               = "keytrail-reader"
  assume_role_policy = templatefile("${path.module}/policies/trust.json", { host = var.host_role_arn })
}

resource "aws_iam_role_policy" "reader" {
  name   = "keytrail"
  role   = aws_iam_role.reader.id
  policy = templatefile("${path.module}/policies/reader.json", { account = local.account })
}

data "aws_iam_policy_document" "feeds" {
  statement {
    sid       = "Queues"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
    resources = [for queue in aws_sqs_queue.this : queue.arn]
  }
  statement {
    sid       = "Files"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.trail.arn}/AWSLogs/${local.account}/CloudTrail/*"]
  }
}

resource "aws_iam_role_policy" "feeds" {
  name   = "keytrail-feeds"
  role   = aws_iam_role.reader.id
  policy = data.aws_iam_policy_document.feeds.json
}

resource "aws_iam_role" "responder" {
  count              = var.responder ? 1 : 0
  name               = "keytrail-responder"
  assume_role_policy = templatefile("${path.module}/policies/trust.json", { host = var.host_role_arn })
}

resource "aws_iam_role_policy" "responder" {
  count  = var.responder ? 1 : 0
  name   = "keytrail"
  role   = aws_iam_role.responder[0].id
  policy = jsonencode(local.bound)
}
