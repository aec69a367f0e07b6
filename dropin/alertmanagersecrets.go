package dropin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// inherited is a secret that a receiver takes from the base's global settings if
// it has none of its own.
type inherited struct {
	// own are the receiver's fields that take its place, global those it comes from.
	own, global []string
}

// integration says where a kind of receiver may send what it inherits
// (alertmanager config/config.go, UnmarshalYAML of Config).
type integration struct {
	// addresses are the fields that decide who gets the secrets.
	addresses []string
	secrets   []inherited
	// noClient says that it is no HTTP client.
	noClient bool
}

func integrations() map[string]integration {
	secret := func(own string) inherited { return inherited{own: []string{own, own + "_file"}} }
	from := func(i inherited, global ...string) inherited { i.global = global; return i }
	url := []string{"url", "url_file", "api_url", "api_url_file", "webhook_url", "webhook_url_file"}
	with := func(addresses []string, secrets ...inherited) integration {
		return integration{addresses: append(slices.Clone(url), addresses...), secrets: secrets}
	}
	return map[string]integration{
		"email_configs": {
			addresses: []string{"smarthost", "tls_config", "require_tls", "force_implicit_tls"},
			secrets: []inherited{
				from(secret("auth_password"), "smtp_auth_password", "smtp_auth_password_file"),
				{own: []string{"auth_secret"}, global: []string{"smtp_auth_secret", "smtp_auth_secret_file"}},
			},
			noClient: true,
		},
		"slack_configs": with([]string{"app_url"},
			// Not inherited beside an api_url, and then nothing else is.
			inherited{own: []string{"app_token", "app_token_file", "api_url"}, global: []string{"slack_app_token", "slack_app_token_file"}},
			inherited{own: []string{"app_token", "app_token_file", "api_url", "api_url_file"}, global: []string{"slack_api_url", "slack_api_url_file"}},
		),
		"opsgenie_configs":   with(nil, from(secret("api_key"), "opsgenie_api_key", "opsgenie_api_key_file")),
		"victorops_configs":  with(nil, from(secret("api_key"), "victorops_api_key", "victorops_api_key_file")),
		"telegram_configs":   with(nil, from(secret("bot_token"), "telegram_bot_token", "telegram_bot_token_file")),
		"wechat_configs":     with(nil, from(secret("api_secret"), "wechat_api_secret", "wechat_api_secret_file")),
		"rocketchat_configs": with(nil, from(secret("token"), "rocketchat_token", "rocketchat_token_file"), from(secret("token_id"), "rocketchat_token_id", "rocketchat_token_id_file")),
		"mattermost_configs": with(nil, from(secret("webhook_url"), "mattermost_webhook_url", "mattermost_webhook_url_file")),
	}
}

// checkGlobalSecrets keeps the secrets of the base's global settings from going
// where a tenant says. A receiver without a password of its own inherits the
// platform's, and may therefore not say to whom it is sent, nor how it is
// protected on the way.
func (f *fragment) checkGlobalSecrets(receiver *yaml.Node) []Problem {
	if f.base == nil || f.global == nil {
		return nil
	}
	known := integrations()
	var problems []Problem
	for key, list := range pairs(receiver) {
		if !strings.HasSuffix(key.Value, "_configs") {
			continue
		}
		in, ok := known[key.Value]
		if !ok {
			in = integration{addresses: integrations()["opsgenie_configs"].addresses}
		}
		for i, n := range notNull(list) {
			problems = append(problems, in.check(n, f.global, key.Value+"["+strconv.Itoa(i)+"]")...)
		}
	}
	return problems
}

func (in integration) check(n, global *yaml.Node, name string) []Problem {
	var problems []Problem
	leak := func(field string, secret string, remedy string) {
		problems = append(problems, Problem{
			Line: lineOf(n, field), Code: CodeGlobalSecret,
			Message: fmt.Sprintf("%s sets %s and would send global.%s of the base configuration there", name, field, secret),
			Remedy:  remedy + " " + remedyTrust,
		})
	}
	for _, s := range in.secrets {
		has := firstSet(global, s.global)
		if has == "" || firstSet(n, s.own) != "" {
			continue
		}
		fields := in.addresses
		if !in.noClient {
			fields = append(slices.Clone(fields), "http_config")
		}
		if field := firstSet(n, fields); field != "" {
			leak(field, has, fmt.Sprintf("Set %s as well, or leave %s out.", s.own[0], field))
		}
	}
	// Without settings of its own a client has the global ones, passwords included.
	client := valueAt(global, "http_config")
	if in.noClient || firstSet(n, []string{"http_config"}) != "" || !holdsSecret(client) {
		return problems
	}
	if field := firstSet(n, in.addresses); field != "" {
		leak(field, "http_config", "Give it an http_config of its own, be it {}.")
	}
	return problems
}

// firstSet returns the first of the fields that the mapping sets.
func firstSet(m *yaml.Node, fields []string) string {
	for _, name := range fields {
		if n := valueAt(m, name); n != nil && !isNull(n) && (n.Kind != yaml.ScalarNode || n.Value != "") {
			return name
		}
	}
	return ""
}

// holdsSecret says whether settings of an HTTP client identify who uses it.
func holdsSecret(client *yaml.Node) bool {
	return firstSet(client, []string{
		"basic_auth", "authorization", "oauth2", "bearer_token", "bearer_token_file", "http_headers",
	}) != "" || firstSet(valueAt(client, "tls_config"), []string{"cert", "cert_file", "key", "key_file"}) != ""
}
