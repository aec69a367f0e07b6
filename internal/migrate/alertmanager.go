package migrate

import (
	"fmt"

	"sigs.k8s.io/yaml"
)

// alertmanagerRules are those below alertmanager.
func alertmanagerRules() map[string]rule {
	const spec = "alertmanager.alertmanagerSpec."
	out := map[string]rule{
		"alertmanager.enabled":                    to("alertmanager.enabled"),
		"alertmanager.config":                     to("alertmanager.config"),
		"alertmanager.stringConfig":               alertmanagerText,
		"alertmanager.tplConfig":                  mustBe(false, "The configuration is no template here: write what it becomes."),
		"alertmanager.templateFiles":              to("alertmanager.templates"),
		"alertmanager.annotations":                needless("there is no object of an operator to annotate"),
		"alertmanager.apiVersion":                 needless("it is v2"),
		"alertmanager.enableFeatures":             none("Write --enable-feature=… into alertmanager.extraArgs."),
		"alertmanager.forceDeployDashboards":      needless("dashboards are drop-ins"),
		"alertmanager.networkPolicy":              none("Network policies are switched on for all components by networkPolicy.enabled."),
		"alertmanager.podDisruptionBudget":        needless("there is one as soon as there are replicas"),
		"alertmanager.secret":                     none("The Secret is the chart's own."),
		"alertmanager.serviceMonitor":             needless("it is scraped; alertmanager.scrape is merged into the job"),
		"alertmanager.serviceAccount.annotations": to("alertmanager.serviceAccount.annotations"),
		"alertmanager.serviceAccount.create":      mustBe(true, "The service account is the chart's own."),
		"alertmanager.extraSecret":                none("Apply it as an object of its own."),

		spec + "replicas":    to("alertmanager.replicas"),
		spec + "retention":   to("alertmanager.retention"),
		spec + "externalUrl": to("alertmanager.externalUrl"),
		spec + "storage":     storage("alertmanager"),
		spec + "persistentVolumeClaimRetentionPolicy": to("alertmanager.persistence.retentionPolicy"),
		spec + "configSecret":                         to("alertmanager.existingSecret"),
		spec + "useExistingSecret":                    needless("alertmanager.existingSecret says so"),
		spec + "logLevel":                             argument("alertmanager.extraArgs", "--log.level"),
		spec + "logFormat":                            argument("alertmanager.extraArgs", "--log.format"),
		spec + "routePrefix": func(m *migration, path string, v any) {
			if v != "/" {
				m.left(path, "Alertmanager answers at the root; an ingress can have a path.")
			}
		},
		spec + "image":                               none("The image is alertmanager.image."),
		spec + "version":                             none("The image is alertmanager.image."),
		spec + "alertmanagerConfigSelector":          none("Every AlertmanagerConfig is taken; see sidecar.extraArgs, --object-selector, to take fewer."),
		spec + "alertmanagerConfigNamespaceSelector": none("Namespaces are named, not selected by labels: dropIns.namespaces."),
		spec + "alertmanagerConfigMatcherStrategy":   none("Who routes alerts of all namespaces is in dropIns.trustedNamespaces; all others route those of their own."),
		spec + "alertmanagerConfiguration":           none("Write the base configuration into alertmanager.config."),
		spec + "podAntiAffinity":                     needless("replicas are spread over nodes; alertmanager.spread says how strictly"),
		spec + "secrets":                             none("Mount them by alertmanager.pod, with a volume and a volumeMount."),
		spec + "configMaps":                          none("Mount them by alertmanager.pod, with a volume and a volumeMount."),
		spec + "containers":                          none("Add containers by alertmanager.pod.containers."),
		spec + "web":                                 none("TLS and passwords are alertmanager.web.*."),
		spec + "clusterTLS":                          none("The mesh between replicas has no TLS here; networkPolicy.enabled closes it to others."),
		spec + "forceEnableClusterMode":              needless("there is a mesh as soon as there are replicas"),
		spec + "additionalPeers":                     none("Write --cluster.peer=… into alertmanager.extraArgs."),
	}
	for path, r := range podRules(spec, "alertmanager") {
		out[path] = r
	}
	for path, r := range exposed("alertmanager", "alertmanager") {
		out[path] = r
	}
	return out
}

// alertmanagerText takes over a configuration that is written as one text.
func alertmanagerText(m *migration, path string, value any) {
	var config map[string]any
	if err := yaml.Unmarshal([]byte(fmt.Sprint(value)), &config); err != nil || len(config) == 0 {
		m.left(path, "It is no YAML before it is rendered. Write what it becomes into alertmanager.config.")
		return
	}
	m.set(path, "alertmanager.config", config)
}
