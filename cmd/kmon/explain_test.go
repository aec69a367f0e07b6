package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// answers lets a script have a server: each file in the script's folder
// "answers" is what /api/v1/explain says about the target of that name, with
// its slashes as underscores, or what another path answers, by its last step. The
// URL is in $SERVER.
func answers(env *testscript.Env) error {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := filepath.Base(r.URL.Path)
		if name == "explain" {
			name = strings.NewReplacer("/", "_", ":", "_").Replace(r.FormValue("target"))
		}
		body, err := os.ReadFile(filepath.Join(env.WorkDir, "answers", name))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(body)
	}))
	env.Defer(srv.Close)
	env.Setenv("SERVER", srv.URL)
	return nil
}
