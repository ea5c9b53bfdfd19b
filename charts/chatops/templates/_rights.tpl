{{- /*
The rights of the bot, whole: what the code calls and nothing else. Each comment is the feature that needs the line.
README.md shows the same list, and tests hold both to the calls in the code.
*/}}

{{- /* In the namespace that holds the Changes. */}}
{{- define "chatops.rights.changes" -}}
# every command that alters something is a Change; its messages are noted on it, and the oldest of many are tidied away
- apiGroups: [chatops.ghostwire.io]
  resources: [changes]
  verbs: [get, list, watch, create, patch, delete]
# approvals, steps and the outcome
- apiGroups: [chatops.ghostwire.io]
  resources: [changes/status]
  verbs: [patch]
# several bots agree on the one that acts
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [chatops-bot]
  verbs: [get, list, watch, patch]
# the first of them makes it; a name cannot be given for that
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
{{- end }}

{{- /* In the bot's own namespace. */}}
{{- define "chatops.rights.self" -}}
# the bot that leads marks its pod, by which the Service finds it
- apiGroups: [""]
  resources: [pods]
  verbs: [patch]
{{- end }}

{{- /* In a namespace that holds targets: (dict "statefulsets" names "deployments" names "claims" names "accounts" names "sidecars" names "pullSecrets" names "homes" bool). */}}
{{- define "chatops.rights.targets" -}}
{{- if .statefulsets -}}
# /status, /deploy, /rollback, /attach: these StatefulSets and no others
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
# /status, /deploy, /rollback, /attach: these Deployments and no others
- apiGroups: [apps]
  resources: [deployments]
  resourceNames: {{ toJson (sortAlpha .deployments) }}
  verbs: [get, list, watch, patch]
# /history and /rollback: the revisions to go back to; live progress: which pods are the new ones
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [list, watch]
{{ end -}}
# /status and live progress: the pods of a target; a restore waits until none mounts the home
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
# what keeps a pod from starting is told in events: volumes, probes, quotas; kubectl describe tells there what was done or missed
- apiGroups: [""]
  resources: [events]
  verbs: [list, watch, create]
# the last lines of a container that failed are kept with the change, before its pod goes
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
{{- if .pullSecrets }}
# /deploy asks a private registry what a tag means, with the pull secrets declared for it and no others
- apiGroups: [""]
  resources: [secrets]
  resourceNames: {{ toJson (sortAlpha .pullSecrets) }}
  verbs: [get]
{{- end }}
{{- if .homes }}
# /snapshot, /snapshots, schedules, the snapshot before a change; those whose archive is gone are tidied away
- apiGroups: [chatops.ghostwire.io]
  resources: [snapshots]
  verbs: [get, list, watch, create, patch, delete]
# a snapshot that nobody begins has failed, and says why
- apiGroups: [chatops.ghostwire.io]
  resources: [snapshots/status]
  verbs: [patch]
# /schedule
- apiGroups: [chatops.ghostwire.io]
  resources: [snapshotschedules]
  verbs: [get, list, watch, create, patch, delete]
# what a schedule made, missed and told
- apiGroups: [chatops.ghostwire.io]
  resources: [snapshotschedules/status]
  verbs: [patch]
# /rollback with data; tidied away with the change
- apiGroups: [chatops.ghostwire.io]
  resources: [restores]
  verbs: [get, list, watch, create, delete]
# how far a restore is, and how it ended
- apiGroups: [chatops.ghostwire.io]
  resources: [restores/status]
  verbs: [patch]
# a restore runs as a Job, which is taken away when it cannot begin
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create, delete]
# the plan of a change looks at the claims of the home and of its archives
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  resourceNames: {{ toJson (sortAlpha (uniq .claims)) }}
  verbs: [get]
# /attach sees that the account of the sidecar is there
- apiGroups: [""]
  resources: [serviceaccounts]
  resourceNames: {{ toJson (sortAlpha (uniq .accounts)) }}
  verbs: [get]
# and its settings
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: {{ toJson (sortAlpha (uniq .sidecars)) }}
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
# kubectl describe of a snapshot tells the same
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- end }}
