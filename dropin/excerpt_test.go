package dropin

import (
	"slices"
	"strings"
	"testing"
)

func TestWithExcerpts(t *testing.T) {
	it := Item{Kind: KindRules, Data: []byte("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: sum(\n    for: 5m\n    labels: {}\n  # the end\n")}
	problems := it.WithExcerpts([]Problem{{Line: 5}, {Line: 1}, {Line: 0}, {Line: 99}})
	if x := problems[0].Excerpt; x == nil || x.First != 3 ||
		!slices.Equal(x.Lines, []string{"  rules:", "  - alert: A", "    expr: sum(", "    for: 5m", "    labels: {}"}) {
		t.Errorf("line 5: %+v", x)
	}
	if x := problems[1].Excerpt; x == nil || x.First != 1 || len(x.Lines) != 3 {
		t.Errorf("line 1: %+v", x)
	}
	if problems[2].Excerpt != nil || problems[3].Excerpt != nil {
		t.Error("a line that is not there has an excerpt")
	}
}

func TestWithExcerpts_OfALongLine(t *testing.T) {
	it := Item{Kind: KindDashboard, Data: []byte(`{"title":"` + strings.Repeat("ä", 10_000) + `"`)}
	x := it.WithExcerpts([]Problem{{Line: 1}})[0].Excerpt
	if x == nil || len([]rune(x.Lines[0])) != maxColumns+1 {
		t.Errorf("%d lines", len(x.Lines))
	}
}

func TestWithExcerpts_TellsNoSecrets(t *testing.T) {
	const canary = "c4n4ry"
	scrape := `scrape_configs:
- job_name: a
  bearer_token: c4n4ry
  authorization:
    credentials: "c4n4ry"
  basic_auth: {username: me, password: c4n4ry}
  params:
    token: [c4n4ry]
    apiKey:
      - c4n4ry
  oauth2: {client_secret: c4n4ry}
  http_headers:
    X-Auth:
      secrets: [c4n4ry]
  proxy_url: http://me:c4n4ry@proxy:80
  tls_config:
    key: |
      -----BEGIN PRIVATE KEY-----
      c4n4ry
      -----END PRIVATE KEY-----
  metrics_path: >-
    /c4n4ry
  static_configs:
  - targets: ["a:80"]
`
	lines := strings.Count(scrape, "\n")
	it := Item{Kind: KindScrape, Data: []byte(scrape)}
	var all []string
	for n := 1; n <= lines; n++ {
		x := it.WithExcerpts([]Problem{{Line: n}})[0].Excerpt
		all = append(all, x.Lines...)
	}
	text := strings.Join(all, "\n")
	if strings.Contains(text, canary) {
		t.Errorf("a secret is told:\n%s", text)
	}
	for _, want := range []string{"- job_name: a", `- targets: ["a:80"]`, "bearer_token: " + hidden, "proxy_url: http://" + hidden + "@proxy:80"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing", want)
		}
	}
	for _, quiet := range []Item{
		{Kind: KindScrape, Data: []byte(scrape), Confidential: true},
		{Kind: KindAlertmanager, Data: []byte(scrape)},
		{Kind: KindDatasource, Data: []byte(scrape)},
		{Kind: KindRules, Data: []byte("a\xff\n")},
	} {
		if quiet.WithExcerpts([]Problem{{Line: 1}})[0].Excerpt != nil {
			t.Errorf("%s, confidential %v: quoted", quiet.Kind, quiet.Confidential)
		}
	}
}
