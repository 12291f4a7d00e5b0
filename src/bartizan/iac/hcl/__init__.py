"""Terraform's own language: folders of ``*.tf`` and ``*.tf.json`` into the instances that a plan would hold."""
