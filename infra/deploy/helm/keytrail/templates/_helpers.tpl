{{- define "keytrail.name" -}}
{{- if contains "keytrail" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-keytrail" .Release.Name | trunc 52 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{- define "keytrail.selector" -}}
app.kubernetes.io/name: keytrail
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "keytrail.labels" -}}
{{ include "keytrail.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "keytrail.scheme" -}}
{{ if .Values.tls.secretName }}HTTPS{{ else }}HTTP{{ end }}
{{- end }}
