{{- /* chatops.yaml as the bot reads it. What would only fail inside the pod is refused here, by name and with what to do. */}}
{{- define "chatops.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- range $platform := list "telegram" "discord" -}}
{{- if dig $platform "token" "" $config -}}
{{- fail (printf "config.%s.token: a token does not belong into a ConfigMap; put it into a Secret and name that in secrets.%s.existingSecret" $platform $platform) -}}
{{- end -}}
{{- end -}}
{{- if dig "web" "listen" "" $config -}}
{{- fail "config.web.listen: the chart sets it, so that probes reach the bot; leave it out" -}}
{{- end -}}
{{- $_ := set $config "web" (merge (dict "listen" "0.0.0.0:8080") (dig "web" dict $config)) -}}
{{- if dig "metrics" "listen" "" $config -}}
{{- fail "config.metrics.listen: the chart sets it with metrics.enabled, so that the pod has a port for it; leave it out" -}}
{{- end -}}
{{- if .Values.metrics.enabled -}}
{{- $_ := set $config "metrics" (dict "listen" "0.0.0.0:9090") -}}
{{- end -}}
{{- $sidecar := include "chatops.image" (list .Values.sidecar.image .Chart.AppVersion) -}}
{{- range $name, $target := $config.targets | default dict -}}
{{- if not (regexMatch "^(statefulset|deployment)/[^/]+$" (toString $target.workload)) -}}
{{- fail (printf "config.targets.%s.workload: write statefulset/NAME or deployment/NAME" $name) -}}
{{- end -}}
{{- if $target.home -}}
{{- if not $target.home.path -}}
{{- fail (printf "config.targets.%s.home.path: name where the application has its home mounted, such as /home/kasm-user" $name) -}}
{{- end -}}
{{- if not $target.home.claim -}}
{{- fail (printf "config.targets.%s.home.claim: name the claim that holds the home, such as signal-data-ghostwire-0" $name) -}}
{{- end -}}
{{- $brought := dict "sidecarImage" $sidecar -}}
{{- with dig $name "serviceAccount" "name" "" $.Values.sidecar.targets -}}
{{- $_ := set $brought "serviceAccount" . -}}
{{- end -}}
{{- $_ := set $target "home" (merge $target.home $brought) -}}
{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end }}
