"""How each type is changed in AWS, one module per service; ``applying`` declares what stands here."""
