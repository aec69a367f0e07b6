package migrate

import "maps"

// rules are all levers of kube-prometheus-stack that are known, by their paths.
func rules() map[string]rule {
	out := map[string]rule{
		"nameOverride":                       to("nameOverride"),
		"fullnameOverride":                   to("fullnameOverride"),
		"namespaceOverride":                  to("namespaceOverride"),
		"commonLabels":                       to("commonLabels"),
		"extraManifests":                     extraManifests,
		"global.imageRegistry":               to("global.imageRegistry"),
		"global.imagePullSecrets":            pullSecrets,
		"global.rbac.create":                 allOf(to("server.rbac.create"), to("kubeStateMetrics.rbac.create")),
		"kubeTargetVersionOverride":          needless("the API server's version is asked for"),
		"kubeVersionOverride":                needless("the API server's version is asked for"),
		"cleanPrometheusOperatorObjectNames": needless("there are no objects of an operator"),
		"crds":                               needless("no CRD is required; those that there are, are used"),
		"customRules":                        customRules,
		"defaultRules.create":                to("rules.enabled"),
		"defaultRules.rules":                 none("Groups have other names here: choose in rules.disabledGroups."),
		"defaultRules.disabled":              disabledAlerts,
		"defaultRules.labels":                needless("rules need no label to be taken"),
		"defaultRules.annotations":           needless("rules need no annotation to be taken"),
		"defaultRules.runbookUrl":            to("rules.runbookUrl"),
		"defaultRules.additionalRuleLabels":  to("rules.labels"),
		"defaultRules.appNamespacesTarget":   none("Rules say by their own labels whose workload it is; drop alerts by a route of Alertmanager, or in rules.overrides."),
		"additionalPrometheusRules":          rulesList,
		"additionalPrometheusRulesMap":       rulesMap,
		"kubernetesServiceMonitors.enabled":  none("Each job has a switch of its own, apiServer.enabled and so on."),
		"prometheusOperator":                 none("There is no operator. What it does, config-sidecar does beside the server, Alertmanager and Grafana."),
		"thanosRuler":                        none("There is no Thanos ruler. The server evaluates rules; a ruler can be installed beside it."),
		"windowsMonitoring.enabled":          to("windowsExporter.enabled"),
		"prometheus-windows-exporter":        none("Its settings are windowsExporter.* here."),
		"nodeExporter.enabled":               to("nodeExporter.enabled"),
		"nodeExporter.operatingSystems":      needless("dashboards are for the systems that there are"),
		"nodeExporter.forceDeployDashboards": needless("dashboards are drop-ins"),
		"kubeStateMetrics.enabled":           to("kubeStateMetrics.enabled"),
	}
	for _, part := range []map[string]rule{prometheusRules(), alertmanagerRules(), grafanaRules(), exporterRules(), jobRules()} {
		maps.Copy(out, part)
	}
	return out
}

// allOf applies several rules to one value.
func allOf(list ...rule) rule {
	return func(m *migration, path string, value any) {
		for _, r := range list {
			r(m, path, value)
		}
	}
}

func pullSecrets(m *migration, path string, value any) {
	list, _ := value.([]any)
	var out []any
	for _, v := range list {
		if name, ok := v.(string); ok {
			v = map[string]any{"name": name}
		}
		out = append(out, v)
	}
	m.set(path, "global.imagePullSecrets", out)
}

func extraManifests(m *migration, path string, value any) {
	switch v := value.(type) {
	case []any:
		m.set(path, "extraObjects", v)
	case map[string]any:
		for _, key := range sortedKeys(v) {
			m.add(join(path, key), "extraObjects", v[key])
		}
	default:
		m.left(path, "A list or a map was expected.")
	}
}

// disabledAlerts switches alerts off one by one.
func disabledAlerts(m *migration, path string, value any) {
	alerts, _ := value.(map[string]any)
	for _, name := range sortedKeys(alerts) {
		if off, ok := alerts[name].(bool); ok && off {
			m.set(join(path, name), "rules.overrides."+name+".enabled", false)
		}
	}
}

// customRules changes an alert's for and severity.
func customRules(m *migration, path string, value any) {
	alerts, _ := value.(map[string]any)
	for _, name := range sortedKeys(alerts) {
		change, _ := alerts[name].(map[string]any)
		for _, key := range sortedKeys(change) {
			switch key {
			case "for", "severity":
				m.set(join(path, name+"."+key), "rules.overrides."+name+"."+key, change[key])
			default:
				m.left(join(path, name+"."+key), "Write it under rules.overrides."+name+" if there is an equal.")
			}
		}
	}
}

func rulesMap(m *migration, path string, value any) {
	files, _ := value.(map[string]any)
	for _, name := range sortedKeys(files) {
		file, _ := files[name].(map[string]any)
		m.ruleFile(join(path, name), name, file["groups"])
	}
}

func rulesList(m *migration, path string, value any) {
	files, _ := value.([]any)
	for _, v := range files {
		file, _ := v.(map[string]any)
		name, _ := file["name"].(string)
		m.ruleFile(join(path, name), name, file["groups"])
	}
}

func (m *migration) ruleFile(path, name string, groups any) {
	if name == "" || isEmpty(groups) {
		m.left(path, "It has no name or no groups.")
		return
	}
	m.dropInOf(path, "rules", "rules-"+plainName(name), "rules.yaml", map[string]any{"groups": groups})
}
