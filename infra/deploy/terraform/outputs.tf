output "reader_role_arn" {
  description = "For the profile of aws.accounts[].reader."
  value       = aws_iam_role.reader.arn
}

output "responder_role_arn" {
  description = "For the profile of aws.accounts[].responder, and for contain.responders; null without one."
  value       = one(aws_iam_role.responder[*].arn)
}

output "bucket" {
  description = "Where the files of the trail are."
  value       = aws_s3_bucket.trail.id
}

output "queue_urls" {
  description = "Queue that tells of new files, and queue with the calls that EventBridge saw."
  value       = { for name, queue in aws_sqs_queue.this : name => queue.url }
}

output "kafka_arn" {
  description = "The cluster, if one is wanted."
  value       = one(aws_msk_serverless_cluster.this[*].arn)
}
