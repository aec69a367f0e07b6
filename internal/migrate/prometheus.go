package migrate

import (
	"fmt"
	"strings"
)

// prometheusRules are those below prometheus.
func prometheusRules() map[string]rule {
	const spec = "prometheus.prometheusSpec."
	out := map[string]rule{
		"prometheus.enabled":                       mustBe(true, "The server is what this chart is for; for Alertmanager or exporters alone use their own charts."),
		"prometheus.agentMode":                     agentMode,
		"prometheus.annotations":                   needless("there is no object of an operator to annotate"),
		"prometheus.networkPolicy":                 none("Network policies are switched on for all components by networkPolicy.enabled."),
		"prometheus.podDisruptionBudget":           needless("there is one as soon as there are replicas"),
		"prometheus.serviceMonitor":                needless("the server is scraped; server.scrape is merged into the job"),
		"prometheus.serviceAccount.annotations":    to("server.serviceAccount.annotations"),
		"prometheus.serviceAccount.create":         mustBe(true, "The service account is the chart's own."),
		"prometheus.additionalServiceMonitors":     none("Apply them as objects of their own: they are taken from the cluster."),
		"prometheus.additionalPodMonitors":         none("Apply them as objects of their own: they are taken from the cluster."),
		"prometheus.additionalRulesForClusterRole": none("Grant it to the server's service account by a ClusterRole of your own, in extraObjects."),
		"prometheus.thanosService":                 needless("the Thanos sidecar's port is on the server's Service"),
		"prometheus.thanosServiceMonitor":          needless("the Thanos sidecar is scraped"),
		"prometheus.extraSecret":                   none("Apply it as an object of its own."),

		spec + "replicas":                  to("server.replicas"),
		spec + "shards":                    to("server.shards"),
		spec + "retention":                 to("server.retention.time"),
		spec + "retentionSize":             to("server.retention.size"),
		spec + "scrapeInterval":            to("server.scrapeInterval"),
		spec + "evaluationInterval":        to("server.evaluationInterval"),
		spec + "externalUrl":               to("server.externalUrl"),
		spec + "externalLabels":            to("server.externalLabels"),
		spec + "enableRemoteWriteReceiver": ifSwitch("server.receivers.remoteWrite"),
		spec + "enableOTLPReceiver":        ifSwitch("server.receivers.otlp"),
		spec + "enableFeatures":            to("server.features"),
		spec + "remoteWrite":               clients("server.remoteWrite"),
		spec + "additionalRemoteWrite":     clients("server.remoteWrite"),
		spec + "remoteRead":                clients("server.remoteRead"),
		spec + "additionalRemoteRead":      clients("server.remoteRead"),
		spec + "additionalScrapeConfigs":   scrapeConfigs,
		spec + "additionalScrapeConfigsSecret": func(m *migration, path string, v any) {
			secret, _ := v.(map[string]any)
			if secret["enabled"] != false {
				m.scrapeSecret(path, map[string]any{"name": secret["name"], "key": secret["key"]})
			}
		},
		spec + "additionalAlertManagerConfigs":        none("Write them into server.alertmanagers, in Prometheus' own format."),
		spec + "additionalAlertManagerConfigsSecret":  none("Write them into server.alertmanagers, in Prometheus' own format."),
		spec + "additionalAlertRelabelConfigs":        none("Write them into server.config under alerting.alert_relabel_configs."),
		spec + "alertingEndpoints":                    none("Write other Alertmanagers into server.alertmanagers."),
		spec + "storageSpec":                          storage("server"),
		spec + "persistentVolumeClaimRetentionPolicy": to("server.persistence.retentionPolicy"),
		spec + "walCompression":                       needless("it is compressed"),
		spec + "enableAdminAPI":                       flag("server.extraArgs", "--web.enable-admin-api"),
		spec + "logLevel":                             argument("server.extraArgs", "--log.level"),
		spec + "logFormat":                            argument("server.extraArgs", "--log.format"),
		spec + "routePrefix":                          argument("server.extraArgs", "--web.route-prefix"),
		spec + "tsdb.outOfOrderTimeWindow": func(m *migration, path string, v any) {
			m.set(path, "server.config.storage.tsdb.out_of_order_time_window", v)
		},
		spec + "query.maxConcurrency": argument("server.extraArgs", "--query.max-concurrency"),
		spec + "query.maxSamples":     argument("server.extraArgs", "--query.max-samples"),
		spec + "query.timeout":        argument("server.extraArgs", "--query.timeout"),
		spec + "query.lookbackDelta":  argument("server.extraArgs", "--query.lookback-delta"),
		spec + "thanos":               thanos,
		spec + "image":                none("The server is another program, which reads the same data and configuration. Its image is server.image."),
		spec + "version":              none("The server embeds Prometheus 3.15."),
		spec + "enforcedNamespaceLabel": func(m *migration, path string, v any) {
			if v == "namespace" {
				m.set(path, "dropIns.namespaceLabel", "enforce")
				return
			}
			m.left(path, "Only the label namespace can be enforced, by dropIns.namespaceLabel: enforce.")
		},
		spec + "arbitraryFSAccessThroughSMs": needless("only trusted namespaces may name files"),
		spec + "ignoreNamespaceSelectors":    needless("only trusted namespaces discover others than their own"),
		spec + "podAntiAffinity":             needless("replicas are spread over nodes; server.spread says how strictly"),
		spec + "replicaExternalLabelName":    needless("the label is prometheus_replica and is there with more than one replica"),
		spec + "prometheusExternalLabelName": needless("there is no such label"),
		spec + "listenLocal":                 none("The server listens for others; networkPolicy.enabled says for whom."),
		spec + "secrets":                     mountAll(inSecret),
		spec + "configMaps":                  mountAll(inConfigMap),
		spec + "containers":                  none("Add containers by server.pod.containers."),
		spec + "initContainers":              none("Add init containers by server.pod.initContainers."),
		spec + "web":                         none("TLS and passwords are server.web.*."),
		spec + "additionalArgs":              none("Write them into server.extraArgs as --name=value."),
	}
	for _, name := range []string{"service", "pod", "rule", "probe", "scrapeConfig"} {
		kind := map[string]string{"service": "ServiceMonitor", "pod": "PodMonitor", "rule": "PrometheusRule", "probe": "Probe", "scrapeConfig": "ScrapeConfig"}[name]
		field := name + "Monitor"
		if name == "rule" || name == "probe" || name == "scrapeConfig" {
			field = name
		}
		out[spec+field+"Selector"] = selector(kind)
		out[spec+field+"SelectorNilUsesHelmValues"] = needless("every object is taken, whatever its release label")
		out[spec+field+"NamespaceSelector"] = none("Namespaces are named, not selected by labels: dropIns.namespaces.")
	}
	for path, r := range podRules(spec, "server") {
		out[path] = r
	}
	for path, r := range exposed("prometheus", "server") {
		out[path] = r
	}
	return out
}

// mustBe is for a switch that has no equal when it is the other way.
func mustBe(want any, otherwise string) rule {
	return func(m *migration, path string, value any) {
		// Numbers are of whatever type their decoder likes.
		if fmt.Sprint(value) == fmt.Sprint(want) {
			needless("it is so")(m, path, value)
			return
		}
		m.left(path, otherwise)
	}
}

func agentMode(m *migration, path string, value any) {
	if value == true {
		m.set(path, "server.mode", "agent")
	}
}

// flag appends an argument if a switch is on.
func flag(list, argument string) rule {
	return func(m *migration, path string, value any) {
		if value == true {
			m.add(path, list, argument)
		}
	}
}

// argument appends an argument with the value.
func argument(list, name string) rule {
	return func(m *migration, path string, value any) {
		m.add(path, list, fmt.Sprintf("%s=%v", name, value))
	}
}

// scrapeConfigs become a drop-in: they are Prometheus' own format already.
func scrapeConfigs(m *migration, path string, value any) {
	list, ok := value.([]any)
	if !ok {
		m.scrapeSecret(path, value)
		return
	}
	m.dropInOf(path, "scrape", "additional-scrape-configs", "jobs.yaml", map[string]any{"scrape_configs": list})
}

// thanos switches the sidecar of Thanos on.
func thanos(m *migration, path string, value any) {
	settings, _ := value.(map[string]any)
	m.set(path, "server.thanos.enabled", true)
	for _, key := range sortedKeys(settings) {
		at := join(path, key)
		switch key {
		case "objectStorageConfig":
			secret, _ := settings[key].(map[string]any)
			if existing, ok := secret["existingSecret"].(map[string]any); ok {
				secret = existing
			}
			name, _ := secret["name"].(string)
			if name == "" {
				m.left(at, "Put the configuration into a Secret and name it in server.thanos.objectStorage.existingSecret.")
				continue
			}
			m.set(at, "server.thanos.objectStorage.existingSecret", name)
			if k, ok := secret["key"].(string); ok {
				m.set(at+".key", "server.thanos.objectStorage.key", k)
			}
		case "resources":
			m.set(at, "server.thanos.resources", settings[key])
		case "image", "version":
			m.left(at, "The image is server.thanos.image.")
		default:
			m.left(at, "Write it into server.thanos.extraArgs if it is a flag of Thanos.")
		}
	}
}

// selector keeps a selection of objects by labels.
func selector(kind string) rule {
	return func(m *migration, path string, value any) {
		s, err := labelSelector(value)
		if err != "" {
			m.left(path, err)
			return
		}
		if s != "" {
			m.add(path, "sidecar.extraArgs", fmt.Sprintf("--object-selector=%s=%s", kind, s))
		}
	}
}

// labelSelector writes a selector as kubectl takes it.
func labelSelector(value any) (text, problem string) {
	s, ok := value.(map[string]any)
	if !ok {
		return "", "A label selector was expected."
	}
	var parts []string
	labels, _ := s["matchLabels"].(map[string]any)
	for _, key := range sortedKeys(labels) {
		parts = append(parts, fmt.Sprintf("%s=%v", key, labels[key]))
	}
	list, _ := s["matchExpressions"].([]any)
	for _, v := range list {
		e, _ := v.(map[string]any)
		var values []string
		for _, v := range asList(e["values"]) {
			values = append(values, fmt.Sprint(v))
		}
		switch e["operator"] {
		case "In":
			parts = append(parts, fmt.Sprintf("%v in (%s)", e["key"], strings.Join(values, ",")))
		case "NotIn":
			parts = append(parts, fmt.Sprintf("%v notin (%s)", e["key"], strings.Join(values, ",")))
		case "Exists":
			parts = append(parts, fmt.Sprint(e["key"]))
		case "DoesNotExist":
			parts = append(parts, fmt.Sprintf("!%v", e["key"]))
		default:
			return "", fmt.Sprintf("The operator %v is not known.", e["operator"])
		}
	}
	return strings.Join(parts, ","), ""
}
