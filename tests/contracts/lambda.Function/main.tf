resource "aws_lambda_function" "checkout" {
  function_name                  = "checkout"
  runtime                        = "python3.13"
  handler                        = "main.handler"
  filename                       = "checkout.zip"
  role                           = "arn:aws:iam::111122223333:role/shop"
  kms_key_arn                    = "arn:aws:kms:eu-west-1:111122223333:key/1"
  code_signing_config_arn        = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0f6c"
  reserved_concurrent_executions = 10

  tracing_config {
    mode = "Active"
  }

  environment {
    variables = {
      STAGE       = "prod"
      DB_PASSWORD = "made-up-hunter2"
      KEY         = "AKIAMADEUPFORTHETEST"
      API_TOKEN   = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"
    }
  }

  tags = {
    data  = "orders"
    empty = ""
  }
}

resource "aws_lambda_function_url" "checkout" {
  function_name      = aws_lambda_function.checkout.function_name
  authorization_type = "NONE"
}

resource "aws_lambda_permission" "checkout" {
  function_name          = aws_lambda_function.checkout.function_name
  action                 = "lambda:InvokeFunctionUrl"
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_function" "image" {
  function_name = "image"
  package_type  = "Image"
  image_uri     = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/image:1"
  role          = "arn:aws:iam::111122223333:role/image"
}
