{{- /*
The rights of the bot, whole: what the code calls and nothing else. Each comment is the feature that needs the line.
README.md shows the same list, and tests hold both to the calls in the code.
*/}}

{{- /* In the namespace that holds the Changes. */}}
{{- define "chatops.rights.changes" -}}
# every command that alters something is a Change; its messages are noted on it
- apiGroups: [chatops.ghostwire.io]
  resources: [changes]
  verbs: [get, list, watch, create, patch]
# approvals, steps and the outcome
- apiGroups: [chatops.ghostwire.io]
  resources: [changes/status]
  verbs: [patch]
{{- end }}

{{- /* In a namespace that holds targets: (dict "statefulsets" names "deployments" names "claims" names "homes" bool). */}}
{{- define "chatops.rights.targets" -}}
{{- if .statefulsets -}}
# /status, /deploy, /rollback: these StatefulSets and no others
- apiGroups: [apps]
  resources: [statefulsets]
  resourceNames: {{ toJson (sortAlpha .statefulsets) }}
  verbs: [get, list, watch, patch]
# /history and /rollback: the revisions to go back to
- apiGroups: [apps]
  resources: [controllerrevisions]
  verbs: [list]
# a StatefulSet does not replace a pod that never became ready: going back takes it away
- apiGroups: [""]
  resources: [pods]
  verbs: [delete]
{{ end -}}
{{- if .deployments -}}
# /status, /deploy, /rollback: these Deployments and no others
- apiGroups: [apps]
  resources: [deployments]
  resourceNames: {{ toJson (sortAlpha .deployments) }}
  verbs: [get, list, watch, patch]
# /history and /rollback: the revisions to go back to
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [get, list]
{{ end -}}
# /status and live progress: the pods of a target; a restore waits until none mounts the home
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
{{- if .homes }}
# /snapshot, /snapshots, schedules, the snapshot before a change; those whose archive is gone are tidied away
- apiGroups: [chatops.ghostwire.io]
  resources: [snapshots]
  verbs: [get, list, watch, create, patch, delete]
# /schedule
- apiGroups: [chatops.ghostwire.io]
  resources: [snapshotschedules]
  verbs: [get, list, watch, create, patch, delete]
# what a schedule made, missed and told
- apiGroups: [chatops.ghostwire.io]
  resources: [snapshotschedules/status]
  verbs: [patch]
# /rollback with data
- apiGroups: [chatops.ghostwire.io]
  resources: [restores]
  verbs: [get, list, watch, create]
# how far a restore is, and how it ended
- apiGroups: [chatops.ghostwire.io]
  resources: [restores/status]
  verbs: [patch]
# a restore runs as a Job
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create]
# why a restore failed, from the last line its pod wrote
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
# the plan of a change looks at the claim of the home
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  resourceNames: {{ toJson (sortAlpha (uniq .claims)) }}
  verbs: [get]
{{- end }}
{{- end }}

{{- /* A sidecar, in its own namespace. */}}
{{- define "chatops.rights.sidecar" -}}
# the snapshots that are asked for
- apiGroups: [chatops.ghostwire.io]
  resources: [snapshots]
  verbs: [list, watch]
# how far one is, and how it ended
- apiGroups: [chatops.ghostwire.io]
  resources: [snapshots/status]
  verbs: [patch]
{{- end }}
