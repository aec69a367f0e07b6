package dropin

import (
	"errors"
	"fmt"
	"path"
	"strings"

	amconfig "github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/matcher/compat"
	"github.com/prometheus/common/promslog"
	"go.yaml.in/yaml/v3"
)

// Alertmanager's library parses matchers as before version 0.27 unless it is told
// what the program tells it (app/app.go): UTF-8 first, the old syntax if that fails.
func init() { compat.InitFromFlags(promslog.NewNopLogger(), featurecontrol.NoopFlags{}) }

// AlertmanagerBase is the platform's own alertmanager.yml, which the fragments of
// drop-ins are merged into. It does not change.
type AlertmanagerBase struct {
	root *yaml.Node
	// receivers and intervals are the names that it defines.
	receivers, intervals names
}

// names is a set of names, each with its line.
type names map[string]int

// ParseAlertmanagerBase reads the base with Alertmanager's own parser. What the
// base names by a relative path is below dir, where the base itself lies: what it
// is merged into lies somewhere else. The error may quote the base, which holds
// secrets.
func ParseAlertmanagerBase(data []byte, dir string) (*AlertmanagerBase, error) {
	if _, err := amconfig.Load(string(data)); err != nil {
		return nil, err
	}
	root, problems := document(data)
	if len(problems) > 0 {
		return nil, fmt.Errorf("line %d: %s", problems[0].Line, problems[0].Message)
	}
	if root == nil || root.Kind != yaml.MappingNode {
		return nil, errors.New("the configuration is not a mapping")
	}
	absolute(root, dir, false)
	b := &AlertmanagerBase{root: root, receivers: namesIn(valueAt(root, "receivers")), intervals: namesIn(valueAt(root, "time_intervals"))}
	for name, line := range namesIn(valueAt(root, "mute_time_intervals")) {
		b.intervals[name] = line
	}
	return b, nil
}

// absolute resolves the paths that Alertmanager resolves against the directory of
// its configuration (config/config.go, resolveFilepaths): templates and the files
// of HTTP clients, and no others.
func absolute(n *yaml.Node, dir string, client bool) {
	for key, value := range pairs(n) {
		switch {
		case key.Value == "templates":
			for _, glob := range notNull(value) {
				resolve(glob, dir)
			}
		case client && strings.HasSuffix(key.Value, "_file"):
			resolve(value, dir)
		default:
			absolute(value, dir, client || key.Value == "http_config")
		}
	}
	if n != nil && n.Kind == yaml.SequenceNode {
		for _, element := range n.Content {
			absolute(element, dir, client)
		}
	}
}

func resolve(n *yaml.Node, dir string) {
	if n.Kind == yaml.ScalarNode && n.Value != "" && !path.IsAbs(n.Value) {
		*n = *quoted(path.Join(dir, n.Value))
	}
}

// global returns the base's global settings, nil if there are none.
func (b *AlertmanagerBase) global() *yaml.Node { return valueAt(b.root, "global") }

// namesIn returns the names of a list's elements. The first line counts.
func namesIn(list *yaml.Node) names {
	out := names{}
	for _, n := range notNull(list) {
		if name := text(n, "name"); name != "" && out[name] == 0 {
			out[name] = lineOf(n, "name")
		}
	}
	return out
}

// anyGlobal stands in for the global settings of a base that is not known, as in
// a check on a laptop: it has all that a receiver may leave to them.
const anyGlobal = `
smtp_smarthost: smtp:25
smtp_from: alertmanager
slack_api_url: http://slack/
opsgenie_api_key: any
victorops_api_key: any
telegram_bot_token: any
wechat_api_secret: any
wechat_api_corp_id: any
jira_api_url: http://jira/
rocketchat_token: any
rocketchat_token_id: any
mattermost_webhook_url: http://mattermost/
`

// globalFor returns the settings under which a fragment is parsed.
func globalFor(b *AlertmanagerBase) (*yaml.Node, error) {
	if b != nil {
		return b.global(), nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(anyGlobal), &doc); err != nil {
		return nil, fmt.Errorf("settings that stand in for the base: %w", err)
	}
	return doc.Content[0], nil
}
