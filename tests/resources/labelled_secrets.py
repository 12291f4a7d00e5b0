"""Variables as people set them, each labelled: whether its value is a secret. All values are made up.

Shapes of tokens are put together here, so that no scanner of this repository takes them for real ones.
"""

from __future__ import annotations

import random
import string

_RANDOM = random.Random(20261124)  # noqa: S311 - made-up values, the same in every run


def _of(alphabet: str, length: int) -> str:
    return "".join(_RANDOM.choices(alphabet, k=length))


_WORD = string.ascii_letters + string.digits
_LOWER = string.ascii_lowercase + string.digits
_HEX = "0123456789abcdef"

SECRETS: tuple[tuple[str, str], ...] = (
    # Shapes that issuers document, under names that say nothing.
    ("SETTING_A", "AKIA" + _of(string.ascii_uppercase, 16)),
    ("SETTING_B", "ASIA" + _of(string.ascii_uppercase, 16)),
    ("KEY_FILE_TEXT", "-----BEGIN RSA " + "PRIVATE KEY-----\n" + _of(_WORD, 64)),
    ("KEY_TEXT_2", "-----BEGIN OPENSSH " + "PRIVATE KEY-----\n" + _of(_WORD, 64)),
    ("KEY_TEXT_3", "-----BEGIN " + "PRIVATE KEY-----\n" + _of(_WORD, 64)),
    ("DEPLOYER", "ghp" + "_" + _of(_WORD, 36)),
    ("DEPLOYER_2", "gho" + "_" + _of(_WORD, 36)),
    ("DEPLOYER_3", "github" + "_pat_" + _of(_WORD, 22) + "_" + _of(_WORD, 59)),
    ("RUNNER", "glpat" + "-" + _of(_WORD, 20)),
    ("CHAT", "xoxb" + "-" + _of(string.digits, 12) + "-" + _of(string.digits, 12) + "-" + _of(_WORD, 24)),
    (
        "CHAT_HOOK",
        "https://hooks.slack.com/services/T"
        + _of(_LOWER, 8).upper()
        + "/B"
        + _of(_LOWER, 8).upper()
        + "/"
        + _of(_WORD, 24),
    ),
    ("PAYMENTS", "sk" + "_live_" + _of(_WORD, 24)),
    ("PAYMENTS_2", "rk" + "_live_" + _of(_WORD, 24)),
    ("SESSION", "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0In0" + "." + _of(_WORD, 43)),
    ("DATABASE_URL", "postgres://shop:" + _of(_WORD, 12) + "@db.example.com:5432/shop"),
    ("CACHE_URL", "redis://:" + _of(_WORD, 16) + "@cache.example.com:6379/0"),
    ("QUEUE_URL", "amqps://app:" + _of(_WORD, 14) + "@mq.example.com/prod"),
    ("MAILER", "SG." + _of(_WORD, 22) + "." + _of(_WORD, 43)),
    ("MAILER_2", "key-" + _of(_HEX, 32)),
    ("NEWS", _of(_HEX, 32) + "-us12"),
    ("REGISTRY", "npm" + "_" + _of(_WORD, 36)),
    ("REGISTRY_2", "pypi-" + "AgEIcHlwaS5vcmc" + _of(_WORD, 80)),
    ("MODEL", "sk-" + _of(_WORD, 20) + "T3Blbk" + "FJ" + _of(_WORD, 20)),
    ("MODEL_2", "sk-ant-" + "api03-" + _of(_WORD, 93) + "AA"),
    ("SQUARE", "sq0csp-" + _of(_WORD, 43)),
    ("BOT", _of(string.digits, 10) + ":AA" + _of(_WORD, 33)),
    ("MAPS", "AIza" + _of(_WORD, 35)),
    ("STORAGE", "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=" + _of(_WORD, 86) + "=="),
    ("SHOP", "shpat" + "_" + _of(_HEX, 32)),
    ("DIGITAL", "dop_v1_" + _of(_HEX, 64)),
    # Names that say that the value is a secret.
    ("DB_PASSWORD", "made-up-1"),
    ("PGPASSWORD", "correct horse battery"),
    ("dbPassword", "S0mmer2024!"),
    ("MYSQL_ROOT_PASSWORD", "root1234"),
    ("API_KEY", _of(_HEX, 32)),
    ("STRIPE_API_KEY", _of(_WORD, 32)),
    ("api-key", _of(_LOWER, 24)),
    ("SECRET_KEY", "django-insecure-" + _of(_WORD, 34)),
    ("CLIENT_SECRET", _of(_WORD, 40)),
    ("AWS_SECRET_ACCESS_KEY", _of(_WORD + "/+", 40)),
    ("AUTH_TOKEN", _of(_HEX, 40)),
    ("GITHUB_TOKEN", _of(_HEX, 40)),
    ("JWT_SECRET", "keyboard cat"),
    ("ENCRYPTION_KEY", _of(_HEX, 64)),
    ("SIGNING_KEY", _of(_WORD, 43) + "="),
    ("PRIVATE_KEY", _of(_WORD, 60)),
    ("SSH_PASSPHRASE", "open sesame 7"),
    ("SMTP_PASS", "hunter22"),
    ("LDAP_BIND_CREDENTIALS", "cn=admin,hunter22"),
    ("ADMIN_PWD", "Passw0rd!"),
    ("HMAC_SALT_SECRET", _of(_WORD, 20)),
    ("TWILIO_AUTH_TOKEN", _of(_HEX, 32)),
    ("DATADOG_API_KEY", _of(_HEX, 32)),
    ("NEW_RELIC_LICENSE_KEY", _of(_HEX, 40)),
    ("REDIS_PASSWORD", "changeme"),
)

HARMLESS: tuple[tuple[str, str], ...] = (
    ("STAGE", "production"), ("LOG_LEVEL", "DEBUG"), ("AWS_REGION", "eu-west-1"), ("TZ", "Europe/Berlin"),
    ("TABLE_NAME", "orders-prod-table"), ("BUCKET", "example-shop-artifacts-111122223333"),
    ("QUEUE", "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"), ("PORT", "8080"),
    ("NODE_OPTIONS", "--enable-source-maps --max-old-space-size=4096"),
    ("ROLE_ARN", "arn:aws:iam::111122223333:role/service-role/shop-orders-handler"),
    ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-AbCdEf"),
    ("DB_SECRET", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-AbCdEf"),
    ("DB_SECRET_NAME", "shop/prod/db"), ("PASSWORD_FILE", "/run/secrets/db"), ("DB_PASSWORD_PARAMETER", "/shop/db"),
    ("TOKEN_URL", "https://login.example.com/oauth2/token"), ("TOKEN_TTL", "3600"), ("MAX_TOKENS", "4096"),
    ("PASSWORD_MIN_LENGTH", "16"), ("SECRET_ROTATION_DAYS", "30"), ("API_KEY_HEADER", "x-api-key"),
    ("PUBLIC_KEY", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + _of(_WORD, 42) + " shop"),
    ("STRIPE_PUBLISHABLE_KEY", "pk" + "_live_" + _of(_WORD, 24)), ("GIT_COMMIT", _of(_HEX, 40)),
    ("IMAGE_DIGEST", "sha256:" + _of(_HEX, 64)), ("BUILD_ID", "0f8fad5b-d9cb-469f-a165-70867728950e"),
    ("TENANT_ID", "7c9e6679-7425-40de-944b-e07fc1f90ae7"), ("CORRELATION", _of(_HEX, 32)),
    ("KMS_KEY_ID", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("PARTITION_KEY", "customer_id"), ("SORT_KEY", "created_at"), ("PRIMARY_KEY", "order_id"),
    ("CACHE_KEY_PREFIX", "shop:v2:"), ("KEY", "order"), ("DB_PASSWORD", "${DB_PASSWORD}"),
    ("DB_PASSWORD", "{{resolve:secretsmanager:shop/db:SecretString:password}}"), ("API_KEY", "$API_KEY"),
    ("API_KEY", "<your-api-key>"), ("ADMIN_PASSWORD", "********"), ("AUTH_TOKEN", ""), ("USE_TOKEN", "true"),
    ("TOKEN", "false"), ("REQUIRE_PASSWORD", "true"), ("PASSWORD", "/prod/shop/db/password"),
    ("DB_PASSWORD", "ssm:/prod/shop/db"), ("DB_PASSWORD", "vault:secret/data/shop#password"),
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("ENDPOINT", "https://abcdef1234.execute-api.eu-west-1.amazonaws.com/prod"),
    ("POOL_ID", "eu-west-1_AbCdEfGhI"), ("COGNITO_CLIENT_ID", _of(_LOWER, 26)),
    ("GOOGLE_CLIENT_ID", _of(string.digits, 12) + "-" + _of(_LOWER, 32) + ".apps.googleusercontent.com"),
    ("DATABASE_URL", "postgres://db.example.com:5432/shop"), ("DATABASE_URL", "postgres://shop:${PASSWORD}@db/shop"),
    ("PROXY", "http://proxy.example.com:3128"), ("IP", "203.0.113.7"), ("CLASSPATH", "/opt/app/lib/shop-1.2.3.jar"),
    ("HANDLER", "com.example.shop.orders.OrderHandler::handleRequest"), ("CONFIG", '{"retries": 3, "timeout": 30}'),
    ("FEATURES", "eyJmZWF0dXJlcyI6WyJhIl19"), ("CERT", "-----BEGIN CERTIFICATE-----\nMIIB" + _of(_WORD, 60)),
    ("SUBNETS", "subnet-0123456789abcdef0,subnet-0fedcba9876543210"), ("SENTRY_ENVIRONMENT", "production"),
    ("SESSION_COOKIE_NAME", "shop_session"), ("COMPASS", "north"), ("BYPASS", "caches and proxies"),
    ("PASS_THROUGH", "enabled"), ("ENCRYPTION_KEY_ALIAS", "alias/shop"), ("MONKEY", "banana-republic"),
    ("PUBLIC_KEY_URL", "https://example.com/.well-known/jwks.json"), ("VERSION", "2026.11.24-1a2b3c4"),
    ("CHECKSUM", _of(_HEX, 64)), ("ETAG", _of(_HEX, 32)), ("TRACE_ID", "1-5759e988-bd862e3fe1be46a994272793"),
)  # fmt: skip
