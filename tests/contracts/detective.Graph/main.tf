resource "aws_detective_graph" "own" {
}

resource "aws_detective_invitation_accepter" "other" {
  graph_arn = "arn:aws:detective:eu-west-1:444455556666:graph:1"
}
