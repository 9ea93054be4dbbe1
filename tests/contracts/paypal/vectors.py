"""Webhooks signed once by the documented scheme, with keys that were thrown away then.

Each signature was also accepted by the verifier of the retired official SDK (`paypalrestsdk` 1.13).
"""

from typing import Final

ROOT: Final = b"""\
-----BEGIN CERTIFICATE-----
MIIDHTCCAgWgAwIBAgIUMV1OYvguuPivgE3NaCO5516uFgUwDQYJKoZIhvcNAQEL
BQAwFjEUMBIGA1UEAwwLVmVjdG9yIFJvb3QwHhcNMjQwMTAxMDAwMDAwWhcNMzQw
MTAxMDAwMDAwWjAWMRQwEgYDVQQDDAtWZWN0b3IgUm9vdDCCASIwDQYJKoZIhvcN
AQEBBQADggEPADCCAQoCggEBAJ5y4Erc0dj9oMnGZFT8y1OsGXlYZa5rXbCiLriW
fY03q5suOZKRM6MLGtD7ON9VpYUgn5K5BliS4R7aAncSAeC1av2TOy/OfJ+hDglO
r98ftYB1aJEzJbPPWsyx6ghXeVm2FkrVE2o8IgD0Tz5whAWHYcFgiaWhV2UgZeSz
IjoUAzuj+KRTXZgxStWeFH3wWGnm8Wd1743h+1v4MMlf8y0063OtZiTuxOYCFZnW
ogDpXi/jMcR7vzeDnMJBoMeqhdFGO8omH+JzYCe+2xo7xOe+yEMAziLzVp/tmJl4
ZYDZyR4JuhRzRACX3A8EQVw/TQ5L+qjIHFE0Rd7TkvjnGM8CAwEAAaNjMGEwDwYD
VR0TAQH/BAUwAwEB/zAfBgNVHSMEGDAWgBSB8itmsh9Qh0sYxjPYoc1z8tbeVDAd
BgNVHQ4EFgQUgfIrZrIfUIdLGMYz2KHNc/LW3lQwDgYDVR0PAQH/BAQDAgEGMA0G
CSqGSIb3DQEBCwUAA4IBAQCHl9Z+HmsvLZq7egMqpdhnIF7Iag8T6QE7V0Udywie
wlDhjsodK5w0AL9MqmpwAk74s3CAbRgPH+QeuQzufimPiaf8D67NS14igRbpgPMB
xAbmf935De2Qns9usmljPeBEXBigYWSnGer8FuR/Df49JKfITS/jUQjE3MrPIXHp
zufcWFyv6KWGkLzWwFOqa9JSzNQKVIyruL07jDTzKT79LFIQhru4nRpQ8I7l/NAi
fUi9K648uhXxq/6xtOwnKj8ja+6zu5vBVVMrFmvpmRHpqeGzUnh2t4exL9JMtuIF
/swE8C0uyQ9zhmsUMUBqzlZHV6rZ71/cCDWAAM3Q50zY
-----END CERTIFICATE-----
"""

# The signing certificate, then the one between it and the root.
CHAIN: Final = b"""\
-----BEGIN CERTIFICATE-----
MIIDezCCAmOgAwIBAgIUGPNALtsG5LPhwkKwv+gfksVWFGowDQYJKoZIhvcNAQEL
BQAwGDEWMBQGA1UEAwwNVmVjdG9yIE1pZGRsZTAeFw0yNDAxMDEwMDAwMDBaFw0z
NDAxMDEwMDAwMDBaMDYxNDAyBgNVBAMMK21lc3NhZ2V2ZXJpZmljYXRpb25jZXJ0
cy5zYW5kYm94LnBheXBhbC5jb20wggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEK
AoIBAQCXbkTPDrmoJ8Zl77pp24ypGPIWoRcBl4lOLyLQ12kyq+xxnPRvUWV/68hH
PX/5snrgUh3j7BcKoecN1AdWstU1qvrFwaHl42I4bYjBN9apAmPIjF9iJXkM/I2Y
s3CtYVaOhm5UQ/NG/TrvuYg/EFKOuuu28JKwc4zK8OziwyL3cIegwp1VX/3PPDI0
1+q4B4uO+fvixbv0MLLlrwUHcqpKtPSyHhpP+JCY2GpE9JfGtY7U/KdwEVNDEVeF
Mv8A0Auwhuu50fA5x4xZ1fHTO7WvrKhL+Fj9zAU1D0ee5hS4A6qEgtHcnstmMzEV
AbaiOW8n19OnY1pSlQsxMqE3D6PJAgMBAAGjgZ4wgZswDAYDVR0TAQH/BAIwADAf
BgNVHSMEGDAWgBQxkob3uOTRLmHG5zewlOlL+k9VuTAdBgNVHQ4EFgQU5NuGnGVb
Wz+jMD30RLrdS0HudqcwNgYDVR0RBC8wLYIrbWVzc2FnZXZlcmlmaWNhdGlvbmNl
cnRzLnNhbmRib3gucGF5cGFsLmNvbTATBgNVHSUEDDAKBggrBgEFBQcDATANBgkq
hkiG9w0BAQsFAAOCAQEABAaDDImrP4NFP1GNRK6ZNI5QQASUiMoDm79yVctSlLeQ
m9qzD2lwuSzoaACGIYulXq8w/Jp98cUq/zeeq5SVLX3WwlesJqyX9w+xjoL1C3f+
g/YQMNgP3miFW4lP2hohEfLDk7at9bdHHC7tDlo78UzYL4Y7WGNm6C3bZkoNU6Ms
zR9gMAaYntWNIGZ8O8TFu3SNuliajhxYoJe715N6NswzOkq75lf43RehAVNJR/0N
PBZ+kmktumEMLJMzhRI846isDKsojLN64O5c0yvbnhE3V8iyEfauNBkjQrF0jXeQ
z//r6Ua9gONpCppOCG6nztXp149B/eWOe6FewtGoRQ==
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIIDHzCCAgegAwIBAgIUMqXeuIX4SDZfp3QnYgg37fYXS04wDQYJKoZIhvcNAQEL
BQAwFjEUMBIGA1UEAwwLVmVjdG9yIFJvb3QwHhcNMjQwMTAxMDAwMDAwWhcNMzQw
MTAxMDAwMDAwWjAYMRYwFAYDVQQDDA1WZWN0b3IgTWlkZGxlMIIBIjANBgkqhkiG
9w0BAQEFAAOCAQ8AMIIBCgKCAQEAiZs9JhsY7Idsxox2f2EM3b7736sDcTroGRvJ
sLcmodmnh25xaKD2RRis4IFq99XuygJT3OxUtQFe72MditSW7OFt87SLGPGvv9Z7
fvJO6N1NrMXza2xXpfUVCei8AeHExPQ1V4D5+InHMfsVvNo9SD/+l7ifKwo2CjMm
ME4BI2fcDVGNTZHTXGfHpAasNO9Kf8g41CdYHO3u04pPZjsPsAkgK8y/94DTYcg7
AXV0bmajRuvr2ghZsS1xT0h76N2YWOMVFeWlJKvNmqJGX2Tz/vEFi2GC9GN8b88d
IUV9avJB3iTVlW04j4cd8yDKF79no3pDkUkS3ihhgAvbd62kHwIDAQABo2MwYTAP
BgNVHRMBAf8EBTADAQH/MB8GA1UdIwQYMBaAFIHyK2ayH1CHSxjGM9ihzXPy1t5U
MB0GA1UdDgQWBBQxkob3uOTRLmHG5zewlOlL+k9VuTAOBgNVHQ8BAf8EBAMCAQYw
DQYJKoZIhvcNAQELBQADggEBAGAd8X72/iO2VcBbRd8I7KIkga/bedyxO07Ixhrh
OPvPj+mS87Os3drm6n4Yd3cmyNaxy+wEDKfdE5LngFZZsqyJjAqX+1J9GwPRIGmO
p7wdFj3QORjJlN4xq8mcYxlh8R1GEsiBksMfJQhvwSyMVFsk9U6wHvZEzxgGOraR
WohNAWapenzIBCYNLE/QH1K5aPY0hFYqwWgsMLTGLD7eqWnGmxQ2dDaumUSs5IbO
WkqhrWlOUexnzrRcLdxWFn/A7RiK/vtM1W5KXACXGxg6m9FISvKfDQcmdXwie2lX
IVYoH7Hv54408EB2ejCiUl+hE4yzv27i881Rzb76V57LZMA=
-----END CERTIFICATE-----
"""

TRANSMISSION: Final = "69cd13f0-d67a-11e5-baa3-778b53f4ae55"
SENT_AT: Final = "2026-03-01T10:00:05Z"
WEBHOOK: Final = "1JE4291016473214C"

# Raw bytes and their signature: escaped slashes, an escaped letter, two-space indentation, and a
# newline at the end. Read and written again, each would be other bytes.
SIGNED: Final = (
    (
        b'{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource_type":"capture",'
        b'"create_time":"2026-03-01T10:00:00Z","resource":{"id":"2GG279541U471931P","links'
        b'":[{"href":"https:\\/\\/api.paypal.com\\/v2"}]}}',
        "RhpFtbtWJ12+nnrdkbYhvmcli+ng4YtfZCipdgqtnKlIN1iwwvTQcDTG5PF9mW/OtWmJFPId2aD9cGDw"
        "nUZq0m8zwZPm+4LCEEKk0cPZcjY1bmSvT1KWXzdfoQNR39bgXAqEIjLaZYuYgqQRYraT/ZYNmSk1QA+O"
        "nGCIhlXR2tyr6DU1I2JniEjH0Nc1hSl4XKh9fPQVaTM2z5pbKgtqitWfdRYZe4PP9AaqH5hg9vdWIVcg"
        "RsRLTyHghcQ6Ejnzst/kRpoODOSukIjHxzDdl6N+m1nWYQ/mUH+eDITJRVFvi0Gp+vVn3uG3UXnKfUj9"
        "B1V+wJY9CAGgrymotOr0Wg==",
    ),
    (
        b'{"id":"WH-2","event_type":"PAYMENT.CAPTURE.DENIED","resource_type":"capture","su'
        b'mmary":"Caf\\u00e9","resource":{"id":"2GG279541U471931P"}}',
        "XlBePgK9qbFX8d0xjyx1sQub20ELbymN8Jclw+qDUcnLRLWLkRl00ChqtdVIXM651u4T8ln2zqxINyR4"
        "gML+oiI2+mjZF75tRlQXXTxMuZ5ww5LXgRLPkwL27U7P/fg2ztBClz2Vth8Q4jZPQ8KwHQpw4MJk0lct"
        "tUwDpEp8oK40dwBUGXFW+le5NQeNwODz0GqxOneTT70Yhh6gbcdjkfoXYtRG3HF+jjE7vyS1YfOCkV+N"
        "uzjsloUJ1mJFHQGm02smSdiE2theBee12Eh+VKG9DrXXB2hyerI49BJmgO76WzbayI2oH3fmlBi1AEv4"
        "duPiAEHOv/hZic8aSwArLQ==",
    ),
    (
        b'{\n  "id": "WH-3",\n  "event_type": "CUSTOMER.DISPUTE.CREATED",\n  "resource": {\n  '
        b'  "dispute_id": "PP-D-1"\n  }\n}',
        "ji3LpuMJCpfeNgyfc/Wk5LuR7TJ8HriFnO8Ss3YxrV+1Q1fWEMxwqYTq578yZ5q5Jsvb7W0gKkBfxMBS"
        "MGwRFPQdWitVNN8ha6j89VM8vckibL+HJt9ZebC+dlYu+pHc7z8wXNE+ho4bD+L5AH8hhIUcX74xiQla"
        "UME42jtoJwlQnRa0QkOeESmCJFAnnHEQxNFedmm7wlvK3wgfG/SYiqdgmnJHRtQgZ8BN5K3fDv1udpeq"
        "UR0XBHVIxw13a9GA9Ir2Q8S2ChCUG/Li3CfL4KzC1A68epswo3ocF4IAp6QqD9STMTYSpFlbB6j705/1"
        "zaWLEVfhJO2+GucOMXUAVA==",
    ),
    (
        b'{"id":"WH-4","event_type":"VAULT.PAYMENT-TOKEN.DELETED","resource":{"id":"8kk8451t"}}\n',
        "h9omGJMMzRV62ohbDCDGnWpc8383JHJw3FfNmTY0qeb71pSca6okAwtiAaXD0NrAUWxSuUPTM6Dw+hzX"
        "Kfp3ajtqbrX0xKYJYi0jzlHgubidffyydRIyNmN48JqDPIOJlgSCwQ+f2StGZtXiLmAQfvC+Ch8/98Qy"
        "BLEY3FQ5mioQNEYXxKfPSKeKUaDD+lcrKUWh865aOtMnwAXql/b8yrWnR0cuqAQut3p5QVkyRZGDU2+g"
        "R097qXtFjkZbvH2mbHZvBN+o0xBXCcuAkbj5I9O1wqWdcQv+zpyo1h1EDpUFCcd60zCUQGFu26zTBlQj"
        "Fog7V90b5BNQGym0kzLx/Q==",
    ),
)
