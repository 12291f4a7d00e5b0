# Pipelines sign in with a token of their own service instead of keys, and what they get that way may do nothing but
# take on the role that deploys: naked until it is assumed. Give "deploy" the permissions of what you deploy.
locals {
  pipelines = {
    for name, each in {
      github = {
        url      = "https://token.actions.githubusercontent.com"
        audience = "sts.amazonaws.com"
        subjects = var.github_subjects
      }
      gitlab = {
        url      = "https://gitlab.com"
        audience = "https://gitlab.com"
        subjects = var.gitlab_subjects
      }
      bitbucket = {
        url      = "https://api.bitbucket.org/2.0/workspaces/${var.bitbucket_workspace}/pipelines-config/identity/oidc"
        audience = "ari:cloud:bitbucket::workspace/${var.bitbucket_workspace}"
        subjects = var.bitbucket_subjects
      }
    } : name => each if length(each.subjects) > 0
  }
}

resource "aws_iam_openid_connect_provider" "pipeline" {
  for_each       = local.pipelines
  url            = each.value.url
  client_id_list = [each.value.audience]
}

resource "aws_iam_role" "pipeline" {
  for_each             = local.pipelines
  name                 = "pipeline-${each.key}"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.pipeline[each.key].arn }
      Condition = {
        StringEquals = { "${trimprefix(each.value.url, "https://")}:aud" = each.value.audience }
        StringLike   = { "${trimprefix(each.value.url, "https://")}:sub" = each.value.subjects }
      }
    }]
  })
}

resource "aws_iam_role_policy" "pipeline" {
  for_each = local.pipelines
  name     = "assume-deploy"
  role     = aws_iam_role.pipeline[each.key].name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = aws_iam_role.deploy[0].arn }]
  })
}

resource "aws_iam_role" "deploy" {
  count                = length(local.pipelines) > 0 ? 1 : 0
  name                 = "deploy"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = [for each in aws_iam_role.pipeline : each.arn] }
    }]
  })
}
