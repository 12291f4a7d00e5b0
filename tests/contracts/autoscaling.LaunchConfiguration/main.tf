resource "aws_launch_configuration" "web" {
  name                        = "web"
  image_id                    = "ami-1"
  instance_type               = "t3.small"
  associate_public_ip_address = true
  user_data                   = <<-EOT
    #!/bin/sh
    export DB_PASSWORD=made-up-1
  EOT

  metadata_options {
    http_tokens                 = "optional"
    http_put_response_hop_limit = 3
  }
  ebs_block_device {
    device_name = "/dev/sdb"
    volume_size = 8
  }
  ebs_block_device {
    device_name = "/dev/sdc"
    encrypted   = true
  }
  ebs_block_device {
    device_name = "/dev/sdd"
    snapshot_id = "snap-1"
  }
}

resource "aws_launch_configuration" "plain" {
  name             = "plain"
  image_id         = "ami-1"
  instance_type    = "t3.small"
  user_data_base64 = ""
}
