resource "aws_subnet" "private" {
  vpc_id     = "vpc-1"
  cidr_block = "10.0.1.0/24"
}

resource "aws_launch_template" "strict" {
  name = "strict"

  metadata_options {
    http_tokens = "required"
  }

  iam_instance_profile {
    arn = "arn:aws:iam::111122223333:instance-profile/web"
  }
}

resource "aws_instance" "web" {
  ami                         = "ami-1"
  associate_public_ip_address = true
  tags                        = { data = "orders", empty = "" }

  launch_template {
    id = aws_launch_template.strict.id
  }
}

resource "aws_instance" "plain" {
  ami       = "ami-1"
  subnet_id = aws_subnet.private.id
  user_data = <<-EOT
    #!/bin/sh
    export AWS_ACCESS_KEY_ID=AKIAMADEUPFORTHETEST
    export DB_PASSWORD=$(fetch)
    API_TOKEN=made-up-value
  EOT

  metadata_options {
    http_put_response_hop_limit = "2"
  }
}
