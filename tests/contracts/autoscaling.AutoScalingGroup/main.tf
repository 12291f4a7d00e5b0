resource "aws_lb_target_group" "web" {
  name     = "web"
  port     = 443
  protocol = "HTTPS"
  vpc_id   = "vpc-1"
}

resource "aws_autoscaling_group" "web" {
  name               = "web"
  min_size           = 1
  max_size           = 4
  availability_zones = ["eu-west-1b", "eu-west-1a"]
  target_group_arns  = [aws_lb_target_group.web.arn]
  health_check_type  = "ELB"

  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_id = "lt-1"
      }
      override {
        instance_type = "m7g.large"
      }
      override {
        instance_type = "m6g.large"
      }
    }
  }
  tag {
    key                 = "data"
    value               = "none"
    propagate_at_launch = true
  }
}

resource "aws_autoscaling_group" "old" {
  name                 = "old"
  min_size             = 1
  max_size             = 4
  vpc_zone_identifier  = ["subnet-1"]
  launch_configuration = "plain"
}

resource "aws_autoscaling_attachment" "old" {
  autoscaling_group_name = aws_autoscaling_group.old.name
  elb                    = "classic"
}

resource "aws_autoscaling_group" "any" {
  name               = "any"
  min_size           = 1
  max_size           = 4
  availability_zones = ["eu-west-1a", "eu-west-1c"]

  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_id = "lt-1"
      }
      override {
        instance_requirements {
          memory_mib {
            min = 2048
          }
          vcpu_count {
            min = 2
          }
        }
      }
    }
  }
}
