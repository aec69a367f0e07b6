package ui

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// page is an index.html as the build makes it.
const page = `<!doctype html><html><head>
    <base href="./" />
    <meta name="kube-monitoring-stack" content="{}" nonce="" />
    <title>kube-monitoring-stack</title>
    <script type="module" src="./assets/index-abc.js"></script></head><body></body></html>`

func pages() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"index.html":                file(page),
		"assets/index-abc.js":       file("plain"),
		"assets/index-abc.js.gz":    file("gzipped"),
		"assets/index-abc.js.br":    file("brotlied"),
		"assets/font-abc.woff2":     file("font"),
		"assets/third-party.txt":    file("licences"),
		"assets/third-party.txt.gz": file("gzipped licences"),
	}
}

func serve(t *testing.T, prefix string, o Options, built fs.FS) *httptest.Server {
	t.Helper()
	h, err := handler(prefix, o, built)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// get asks without the client's own decompression.
func get(t *testing.T, url, encoding string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", encoding)
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestEveryPageGetsTheIndexWithItsWayToTheRoot(t *testing.T) {
	s := serve(t, "/prom", Options{}, pages())
	for path, root := range map[string]string{
		"/":                    "./",
		"/query":               "./",
		"/graph":               "./",
		"/tsdb-status":         "./",
		"/dashboards":          "./",
		"/dashboards/node":     "../",
		"/dashboards/a%2Fb":    "",
		"/d/node":              "../",
		"/d/node/node-details": "../../",
		"/classic/graph":       "../",
		"/new/alerts":          "../",
	} {
		res, body := get(t, s.URL+"/prom"+path, "")
		if root == "" {
			if res.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %s, want 404", path, res.Status)
			}
			continue
		}
		if res.StatusCode != http.StatusOK || !strings.Contains(body, `<base href="`+root+`" />`) {
			t.Errorf("%s: %s, want <base href=%q> in\n%s", path, res.Status, root, body)
		}
	}
}

func TestWhatIsNoPageIsNotFound(t *testing.T) {
	s := serve(t, "", Options{}, pages())
	for _, path := range []string{"/nothing", "/api/v1/unknown", "/dashboards/", "/dashboards/a/b", "/d/", "/d/a/b/c", "/index.html", "/assets/none.js", "/assets/../index.html", "/assets/", "/classic/", "/classic/nothing", "/new/d/a"} {
		if res, _ := get(t, s.URL+path, ""); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s, want 404", path, res.Status)
		}
	}
	res, err := http.Post(s.URL+"/query", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %s, want 405", res.Status)
	}
}

func TestTheIndexCarriesAFreshNonceAndAStrictPolicy(t *testing.T) {
	s := serve(t, "", Options{}, pages())
	nonce := regexp.MustCompile(`nonce="(\w+)"`)
	var seen []string
	for range 2 {
		res, body := get(t, s.URL+"/", "")
		m := nonce.FindStringSubmatch(body)
		if m == nil {
			t.Fatalf("no nonce in\n%s", body)
		}
		seen = append(seen, m[1])
		policy := res.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "connect-src 'self';", "'nonce-" + m[1] + "'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("the policy %q lacks %q", policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("the policy %q allows something unsafe", policy)
		}
		if got := res.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control is %q", got)
		}
	}
	if seen[0] == seen[1] {
		t.Error("two answers have the same nonce")
	}
}

func TestTheIndexSaysWhatTheServerIs(t *testing.T) {
	s := serve(t, "", Options{Title: `Prod "A" <eu>`, Agent: true, AlertmanagerURL: "https://alerts.example.org/?a=1&b=2"}, pages())
	_, body := get(t, s.URL+"/", "")
	for _, want := range []string{
		`<title>Prod &#34;A&#34; &lt;eu&gt;</title>`,
		`content="{&#34;agent&#34;:true,&#34;alertmanagerURL&#34;:&#34;https://alerts.example.org/?a=1\u0026b=2&#34;}"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in\n%s", want, body)
		}
	}
}

func TestAssetsAreImmutableAndCompressedAsAsked(t *testing.T) {
	s := serve(t, "", Options{}, pages())
	for _, c := range []struct{ file, accept, encoding, body, kind string }{
		{"index-abc.js", "gzip, deflate, br", "br", "brotlied", "text/javascript; charset=utf-8"},
		{"index-abc.js", "gzip", "gzip", "gzipped", "text/javascript; charset=utf-8"},
		{"index-abc.js", "br;q=0, gzip;q=0.5", "gzip", "gzipped", "text/javascript; charset=utf-8"},
		{"index-abc.js", "identity", "", "plain", "text/javascript; charset=utf-8"},
		{"font-abc.woff2", "gzip, br", "", "font", "font/woff2"},
		{"third-party.txt", "gzip, br", "gzip", "gzipped licences", "text/plain; charset=utf-8"},
	} {
		res, body := get(t, s.URL+"/assets/"+c.file, c.accept)
		if body != c.body || res.Header.Get("Content-Encoding") != c.encoding || res.Header.Get("Content-Type") != c.kind {
			t.Errorf("%s for %q: %q as %q of type %q", c.file, c.accept, body, res.Header.Get("Content-Encoding"), res.Header.Get("Content-Type"))
		}
		if !strings.Contains(res.Header.Get("Cache-Control"), "immutable") || res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: Cache-Control %q, Vary %q", c.file, res.Header.Get("Cache-Control"), res.Header.Get("Vary"))
		}
	}
}

func TestWithoutABuildThePageSaysSo(t *testing.T) {
	s := serve(t, "", Options{}, nil)
	res, body := get(t, s.URL+"/targets", "")
	if res.StatusCode != http.StatusOK || !strings.Contains(body, "make ui") {
		t.Errorf("%s\n%s", res.Status, body)
	}
}

func TestTheSourceIndexHasTheMarks(t *testing.T) {
	raw, err := os.ReadFile("index.html")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parseIndex(raw, Options{}); err != nil {
		t.Error(err)
	}
	if _, err := Handler("", Options{}); err != nil {
		t.Errorf("what is embedded now cannot be served: %v", err)
	}
	if _, err := parseIndex([]byte("<html></html>"), Options{}); err == nil {
		t.Error("a page without marks was taken")
	}
}

// A page that the script knows and the server does not would work until it is
// reloaded.
func TestServerAndScriptKnowTheSamePages(t *testing.T) {
	raw, err := os.ReadFile("src/app/routes.ts")
	if err != nil {
		t.Fatal(err)
	}
	var script []string
	for _, m := range regexp.MustCompile(`(?:path: |\n  )"(/[^"]*)"[,:]`).FindAllStringSubmatch(string(raw), -1) {
		script = append(script, m[1])
	}
	served := slices.DeleteFunc(Routes(), func(p string) bool { return strings.HasPrefix(p, assetPrefix) })
	slices.Sort(script)
	slices.Sort(served)
	if !slices.Equal(script, served) {
		t.Errorf("src/app/routes.ts has\n%q\nand Routes\n%q", script, served)
	}
}

// Browsers ignore the header over plain HTTP and write an error to the console.
func TestTheOpenerIsCutOffWhereBrowsersCan(t *testing.T) {
	h, err := Handler("", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"http://example.test/", "https://example.test/"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		if got, want := w.Header().Get("Cross-Origin-Opener-Policy") != "", strings.HasPrefix(address, "https"); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}
