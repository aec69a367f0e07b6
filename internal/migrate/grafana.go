package migrate

import "encoding/json"

// grafanaRules are those below grafana.
func grafanaRules() map[string]rule {
	out := map[string]rule{
		"grafana.enabled":                   to("grafana.enabled"),
		"grafana.adminUser":                 none("Put name and password into a Secret and name it in grafana.admin.existingSecret; without one the pod makes a password."),
		"grafana.adminPassword":             none("Put name and password into a Secret and name it in grafana.admin.existingSecret; without one the pod makes a password."),
		"grafana.admin.existingSecret":      to("grafana.admin.existingSecret"),
		"grafana.admin.userKey":             to("grafana.admin.userKey"),
		"grafana.admin.passwordKey":         to("grafana.admin.passwordKey"),
		"grafana.grafana.ini":               to("grafana.config"),
		"grafana.additionalDataSources":     to("grafana.datasources"),
		"grafana.datasources":               none("Write the datasources themselves into grafana.datasources, or into a ConfigMap with the label grafana_datasource."),
		"grafana.dashboards":                grafanaDashboards,
		"grafana.dashboardProviders":        none("There is one provider; a dashboard's folder is its annotation grafana_folder."),
		"grafana.dashboardsConfigMaps":      none("Label the ConfigMaps with grafana_dashboard: \"1\"."),
		"grafana.defaultDashboardsEnabled":  to("dashboards.enabled"),
		"grafana.defaultDashboardsTimezone": none("Dashboards show the viewer's time."),
		"grafana.defaultDashboardsEditable": none("Dashboards come from files and are not edited in Grafana; copy one to change it."),
		"grafana.sidecar":                   needless("ConfigMaps with the usual labels are taken from all namespaces of dropIns.namespaces"),
		"grafana.serviceMonitor":            needless("it is scraped; grafana.scrape is merged into the job"),
		"grafana.plugins":                   none("Nothing is fetched while running. Use an image of your own with the plugins: grafana.image."),
		"grafana.persistence":               grafanaPersistence,
		"grafana.replicas":                  mustBe(1, "There is one: its database allows one writer."),
		"grafana.image":                     none("The image is grafana.image."),
		"grafana.env":                       none("Write it into grafana.extraEnv as a list of name and value."),
		"grafana.envFromSecret":             none("Write it into grafana.extraEnv with valueFrom, or grafana.pod."),
		"grafana.extraSecretMounts":         none("Mount them by grafana.pod, with a volume and a volumeMount."),
		"grafana.extraConfigmapMounts":      none("Mount them by grafana.pod, with a volume and a volumeMount."),
		"grafana.ldap":                      none("Mount its file by grafana.pod and name it in grafana.config."),
		"grafana.alerting":                  none("Grafana's own alerting is not provisioned by the chart."),
		"grafana.notifiers":                 none("Grafana's own alerting is not provisioned by the chart."),
		"grafana.forceDeployDashboards":     needless("dashboards are drop-ins"),
		"grafana.forceDeployDatasources":    needless("datasources are provisioned"),
	}
	for path, r := range podRules("grafana.", "grafana") {
		out[path] = r
	}
	for path, r := range exposed("grafana", "grafana") {
		out[path] = r
	}
	return out
}

func grafanaPersistence(m *migration, path string, value any) {
	settings, _ := value.(map[string]any)
	for _, key := range sortedKeys(settings) {
		at, v := join(path, key), settings[key]
		switch {
		case key == "enabled", key == "size":
			m.set(at, "grafana.persistence."+key, v)
		case key == "storageClassName" && !isEmpty(v):
			m.set(at, "grafana.persistence.storageClass", v)
		case key == "type" && v == "pvc", isEmpty(v):
		default:
			m.left(at, "The claim is the chart's own, ReadWriteOnce.")
		}
	}
}

// grafanaDashboards makes drop-ins of dashboards that are written out.
func grafanaDashboards(m *migration, path string, value any) {
	folders, _ := value.(map[string]any)
	for _, folder := range sortedKeys(folders) {
		boards, _ := folders[folder].(map[string]any)
		for _, name := range sortedKeys(boards) {
			at := join(path, folder+"."+name)
			board, _ := boards[name].(map[string]any)
			text, ok := board["json"].(string)
			if !ok || !json.Valid([]byte(text)) {
				m.left(at, "It is fetched while Helm or Grafana runs. Download it and apply it as a ConfigMap with the label grafana_dashboard: \"1\".")
				continue
			}
			m.dropIn(at, "dashboard", "dashboard-"+plainName(folder+"-"+name), plainName(name)+".json", []byte(text))
			last := m.plan.DropIns[len(m.plan.DropIns)-1]
			if metadata, ok := last["metadata"].(map[string]any); ok && folder != "default" {
				metadata["annotations"] = map[string]any{"grafana_folder": folder}
			}
		}
	}
}
