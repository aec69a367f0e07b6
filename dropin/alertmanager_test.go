package dropin_test

import (
	"os"
	"strings"
	"testing"

	amconfig "github.com/prometheus/alertmanager/config"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// base is the configuration that fragments are merged into in most tests.
var base = readBase("testdata/alertmanager-base.yaml")

func readBase(path string) *dropin.AlertmanagerBase {
	data, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	b, err := dropin.ParseAlertmanagerBase(data, "/etc/alertmanager")
	if err != nil {
		panic(err)
	}
	return b
}

// fragmentOf checks a fragment, or templates if the key says so, of a namespace.
func fragmentOf(t *testing.T, ref, data string, p dropin.Policy) dropin.Checked {
	t.Helper()
	parsed, err := dropin.ParseRef(ref)
	if err != nil {
		t.Fatal(err)
	}
	c := dropin.Check(dropin.Item{Ref: parsed, Kind: dropin.KindAlertmanager, Data: []byte(data)}, p)
	if !c.OK() {
		t.Fatal(c.Problems)
	}
	return c
}

func merge(t *testing.T, p dropin.Policy, items ...dropin.Checked) (dropin.Merged, []dropin.Problem) {
	t.Helper()
	b, problems := dropin.Assemble(items, p)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	m, problems, err := dropin.NewAlertmanagerMerger(p).Merge(b, "templates")
	if err != nil {
		t.Fatal(err)
	}
	return m, problems
}

// What the platform wrote stays as it is, and the drop-ins come before its routes.
func TestMergeAddsToTheBase(t *testing.T) {
	m, problems := merge(t, policy,
		fragmentOf(t, "team/b/am.yaml", "route: {receiver: chat}\nreceivers: [{name: chat}]\n", policy),
		fragmentOf(t, "team/a/am.yaml", "route: {receiver: chat}\nreceivers: [{name: chat}]\ninhibit_rules: [{source_matchers: [a=b], target_matchers: [c=d]}]\n", policy),
		fragmentOf(t, "team/a/x.tmpl", `{{ define "team.x" }}x{{ end }}`, policy),
	)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got, err := amconfig.Load(string(m.Config))
	if err != nil {
		t.Fatal(err)
	}
	var below []string
	for _, r := range got.Route.Routes {
		below = append(below, r.Receiver)
	}
	if want := "team/a/am.yaml/chat team/b/am.yaml/chat platform-pager"; strings.Join(below, " ") != want {
		t.Errorf("routes to %q, want %q", below, want)
	}
	if got.Route.Receiver != "none" || len(got.Receivers) != 4 || len(got.InhibitRules) != 2 || len(got.TimeIntervals) != 1 {
		t.Errorf("merged into\n%s", m.Config)
	}
	if string(got.Global.SMTPAuthPassword) != "the-platforms-password" {
		t.Error("the base's settings are not those of the base")
	}
	if len(got.Templates) != 1 || got.Templates[0] != "templates/team_a_x.tmpl" || string(m.Templates["team_a_x.tmpl"]) == "" {
		t.Errorf("templates %q, files %q", got.Templates, m.Templates)
	}
}

// A fragment that was good is looked at again when the base is another one.
func TestMergeNamesWhoDoesNotFitTheBase(t *testing.T) {
	slack := fragmentOf(t, "team/slack/am.yaml", "route: {receiver: a}\nreceivers: [{name: a, slack_configs: [{channel: c}]}]\n", policy)
	mail := fragmentOf(t, "team/mail/am.yaml", "receivers: [{name: a, email_configs: [{to: a@b, smarthost: 'mine:25'}]}]\n", dropin.Policy{})
	pager := fragmentOf(t, "monitoring/pager/am.yaml", "route: {receiver: platform-pager}\n", policy)
	missing := fragmentOf(t, "team/template/am.yaml", "receivers: [{name: a, webhook_configs: [{url: 'http://a/{{ template \"gone\" . }}', http_config: {}}]}]\ntemplates: [gone.tmpl]\n", policy)
	unknown := fragmentOf(t, "team/unknown/am.yaml", "receivers: [{name: a, telegram_configs: [{bot_token: t, chat_id: 1, message: '{{ template \"nobodys\" . }}'}]}]\n", policy)
	bare, err := dropin.ParseAlertmanagerBase([]byte("global: {smtp_auth_password: p, smtp_from: a@b}\nroute: {receiver: none}\nreceivers: [{name: none}]\n"), "/")
	if err != nil {
		t.Fatal(err)
	}
	p := policy
	p.Alertmanager = bare
	_, problems := merge(t, p, slack, mail, pager, missing, unknown)
	want := map[string]string{
		"team/slack/am.yaml":       "no Slack API URL",
		"team/mail/am.yaml":        "global.smtp_auth_password",
		"monitoring/pager/am.yaml": `"platform-pager"`,
		"team/template/am.yaml":    `no good key "gone.tmpl"`,
		"team/unknown/am.yaml":     `"nobodys"`,
	}
	for _, p := range problems {
		if text := want[p.Ref.String()]; text == "" || !strings.Contains(p.Message, text) {
			t.Errorf("%v", p)
		}
		delete(want, p.Ref.String())
	}
	if len(want) > 0 {
		t.Errorf("nothing told about %v", want)
	}
}

// A password in the settings of the base's HTTP client goes to nobody's own address.
func TestGlobalClientSecret(t *testing.T) {
	b, err := dropin.ParseAlertmanagerBase([]byte("global: {http_config: {authorization: {credentials: x}}}\nroute: {receiver: none}\nreceivers: [{name: none}]\n"), "/")
	if err != nil {
		t.Fatal(err)
	}
	p := policy
	p.Alertmanager = b
	for data, refused := range map[string]bool{
		"receivers: [{name: a, webhook_configs: [{url: 'http://mine/'}]}]\n":                                               true,
		"receivers: [{name: a, webhook_configs: [{url: 'http://mine/', http_config: {}}]}]\n":                              false,
		"receivers: [{name: a, pagerduty_configs: [{routing_key: mine}]}]\n":                                               false,
		"receivers: [{name: a, discord_configs: [{webhook_url: 'http://mine/'}]}]\n":                                       true,
		"receivers: [{name: a, webhook_configs: [{url: 'http://mine/', http_config: {proxy_url: 'http://mine.too/'}}]}]\n": false,
	} {
		c := dropin.Check(item(dropin.KindAlertmanager, []byte(data)), p)
		if c.OK() == refused || refused && c.Problems[0].Code != dropin.CodeGlobalSecret {
			t.Errorf("%s: %v", data, c.Problems)
		}
	}
}

func TestBaseResolvesPaths(t *testing.T) {
	b, err := dropin.ParseAlertmanagerBase([]byte(`
global: {http_config: {tls_config: {ca_file: ca.pem}}, smtp_auth_password_file: password}
templates: ["*.tmpl", /abs/*.tmpl]
route: {receiver: none}
receivers:
- name: none
  webhook_configs: [{url_file: url, http_config: {authorization: {credentials_file: token}}}]
`), "/etc/am")
	if err != nil {
		t.Fatal(err)
	}
	p := dropin.Policy{Alertmanager: b}
	m, _ := merge(t, p)
	for _, want := range []string{`"/etc/am/ca.pem"`, `"/etc/am/*.tmpl"`, "- /abs/*.tmpl", `"/etc/am/token"`, "url_file: url", "smtp_auth_password_file: password"} {
		if !strings.Contains(string(m.Config), want) {
			t.Errorf("no %s in\n%s", want, m.Config)
		}
	}
}
