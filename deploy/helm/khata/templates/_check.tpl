{{/* What the schema cannot see, because two values only together are wrong. Each no is a sentence. */}}
{{- define "khata.check" -}}
{{- $v := .Values -}}
{{- if not $v.image.repository -}}
{{- fail "Set image.repository to the image that you have built from the Dockerfile and pushed, such as registry.example.com/khata." -}}
{{- end -}}
{{- if not $v.secret.name -}}
{{- fail "Set secret.name to the Secret that holds the database's address, the secret key and the others: the chart makes none, so that no secret stands in its values." -}}
{{- end -}}
{{- if not $v.config.publicUrl -}}
{{- fail "Set config.publicUrl to what customers' browsers call this installation, such as https://billing.example.com." -}}
{{- end -}}
{{- if not $v.config.mailFrom -}}
{{- fail "Set config.mailFrom to the sender of mail, such as Chai Cloud <billing@chai.example>." -}}
{{- end -}}
{{- if and (not $v.files.url) (not $v.files.existingClaim) -}}
{{- fail "Set files.url to an object store (s3://bucket/folder), or files.existingClaim to a claim that many pods may write: pods do not share a disk." -}}
{{- end -}}
{{- if and $v.files.url $v.files.existingClaim -}}
{{- fail "Set files.url or files.existingClaim, not both: files are kept in one place." -}}
{{- end -}}
{{- if and $v.ingress.enabled (not $v.config.trustedProxies) -}}
{{- fail "Set config.trustedProxies to the networks of the ingress controller: behind it all callers look like one, and one who guesses passwords would lock out all." -}}
{{- end -}}
{{- if and $v.ingress.enabled (not $v.ingress.hosts) -}}
{{- fail "Set ingress.hosts to the names that the ingress answers to." -}}
{{- end -}}
{{- if and $v.monitoring.enabled (not $v.secret.keys.metricsToken) -}}
{{- fail "Set secret.keys.metricsToken to the key of the token in the Secret: /metrics is closed to other machines without it." -}}
{{- end -}}
{{- if and $v.monitoring.enabled $v.networkPolicy.enabled (not $v.networkPolicy.metricsFrom) -}}
{{- fail "Set networkPolicy.metricsFrom to where Prometheus runs: the network policies let nobody else read the figures." -}}
{{- end -}}
{{- if eq $v.broker.kind "none" -}}
{{- if $v.keda.enabled -}}
{{- fail "keda.enabled needs a broker: with broker.kind none there are no queues and no workers to scale." -}}
{{- end -}}
{{- else -}}
{{- include "khata.checkWorkers" . -}}
{{- end -}}
{{- end -}}

{{- define "khata.checkWorkers" -}}
{{- $v := .Values -}}
{{- if and $v.keda.enabled (eq $v.broker.kind "other") -}}
{{- fail "keda.enabled needs broker.kind redis or rabbitmq: the chart does not know how to count the messages of another broker." -}}
{{- end -}}
{{- if and $v.keda.enabled (eq $v.broker.kind "redis") (not $v.keda.redis.address) -}}
{{- fail "Set keda.redis.address to host:port of Redis: KEDA asks it for the lengths of the queues." -}}
{{- end -}}
{{- $served := list -}}
{{- range $name, $process := include "khata.processes" . | fromYaml -}}
{{- if eq $process.kind "worker" -}}
{{- $served = concat $served $process.settings.queues -}}
{{- if lt (int $process.settings.terminationGracePeriodSeconds) (add 10 (int $process.settings.graceSeconds) | int) -}}
{{- fail (printf "The workers of %s would be killed while they finish: terminationGracePeriodSeconds must be at least 10 more than graceSeconds." (trimPrefix "worker-" $name)) -}}
{{- end -}}
{{- if and $v.keda.enabled $process.settings.autoscaling.enabled -}}
{{- fail (printf "The workers of %s have two masters: switch off their autoscaling.enabled, or keda.enabled." (trimPrefix "worker-" $name)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $queue := list "billing" "payments" "documents" "notify" "exports" -}}
{{- if not (has $queue $served) -}}
{{- fail (printf "No group of workers serves the queue %s: add it to the queues of one in workers.groups." $queue) -}}
{{- end -}}
{{- end -}}
{{- end -}}
