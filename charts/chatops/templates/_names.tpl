{{- define "chatops.name" -}}
{{- if contains "chatops" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-chatops" (.Release.Name | trunc 42 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "chatops.selector" -}}
app.kubernetes.io/name: chatops
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: bot
{{- end }}

{{- /* Labels of everything; the component is added where it is not the bot. */}}
{{- define "chatops.labels" -}}
app.kubernetes.io/name: chatops
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "chatops.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "chatops.name" .) }}
{{- end }}

{{- /* repository, tag, digest and the chart's appVersion make one reference. */}}
{{- define "chatops.image" -}}
{{- $image := index . 0 -}}
{{- if $image.digest }}{{ $image.repository }}@{{ $image.digest }}{{ else }}{{ $image.repository }}:{{ $image.tag | default (index . 1) }}{{ end }}
{{- end }}

{{- /* The namespace that holds the Changes. */}}
{{- define "chatops.namespace" -}}
{{ .Values.config.namespace | default .Release.Namespace }}
{{- end }}

{{- /* Says "yes" when people or Telegram come to the bot. */}}
{{- define "chatops.served" -}}
{{- if or (dig "web" "enabled" false .Values.config) (dig "telegram" "webhook" "" .Values.config) }}yes{{ end }}
{{- end }}

{{- /* Both programs run so: no root, no writing, no capability. */}}
{{- define "chatops.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "chatops.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile:
  type: RuntimeDefault
{{- end }}
