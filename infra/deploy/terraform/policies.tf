# What the responder may (docs/connect-aws.md), bound to the tag: each permission needs it, the denial holds for all.

locals {
  condition = { Condition = { StringEquals = { "iam:ResourceTag/${try(var.tag.key, "")}" = try(var.tag.value, "") } } }
  whole     = jsondecode(templatefile("${path.module}/policies/responder.json", { account = local.account }))
  bound = merge(local.whole, {
    Statement = [
      for statement in local.whole.Statement : merge(
        statement,
        { for key, value in local.condition : key => value if var.tag != null && statement.Effect == "Allow" },
      )
    ]
  })
}
