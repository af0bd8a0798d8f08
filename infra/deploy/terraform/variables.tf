variable "name" {
  description = "Name of the trail and the queues, and the beginning of the bucket's name."
  type        = string
  default     = "keytrail"
  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,30}$", var.name))
    error_message = "Small letters, digits and dashes, at most 31."
  }
}

variable "region" {
  description = "Region of the provider: where trail, bucket and queues are."
  type        = string
}

variable "host_role_arn" {
  description = "The role that Keytrail's machine runs as: it alone may assume the reader and the responder."
  type        = string
  validation {
    condition     = can(regex("^arn:aws:iam::[0-9]{12}:role/.+$", var.host_role_arn))
    error_message = "The ARN of a role."
  }
}

variable "responder" {
  description = "Make the role that may cut. Without it Keytrail says what to cut, and people do it."
  type        = bool
  default     = false
}

variable "tag" {
  description = "Only users and roles with this tag may be cut; null: all but those that the policy denies."
  type        = object({ key = string, value = string })
  default     = { key = "keytrail", value = "may-cut" }
}

variable "keep_days" {
  description = "Days after which files of the trail are deleted from the bucket."
  type        = number
  default     = 400
}

variable "data_event_buckets" {
  description = "ARNs of buckets whose object calls are recorded too; AWS charges for each event."
  type        = list(string)
  default     = []
}

variable "event_bridge" {
  description = "A queue with the calls that EventBridge sees within seconds, beside the files of the trail."
  type        = bool
  default     = true
}

variable "kafka" {
  description = "An MSK Serverless cluster with IAM authentication, in these subnets and security groups; null: none."
  type        = object({ subnet_ids = list(string), security_group_ids = list(string) })
  default     = null
}
