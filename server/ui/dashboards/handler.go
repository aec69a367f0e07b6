package dashboards

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
)

// Path is where the list of dashboards is; one dashboard is at Path/<uid>.
const Path = "/api/v1/dashboards"

// Handler answers GET [Path] and GET [Path]/<uid> in the envelope of Prometheus'
// API. The current Source is asked for anew for each request, nil means that
// nothing is published.
func Handler(current func() Source, logger *slog.Logger) http.Handler {
	var x Index
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		src := current()
		if src == nil {
			src = none{}
		}
		_, uid, _ := strings.Cut(r.URL.Path, Path)
		uid = strings.Trim(uid, "/")
		if uid == "" {
			answer(w, logger, http.StatusOK, map[string]any{"status": "success", "data": x.List(src)})
			return
		}
		e, ok := x.find(src, uid)
		if !ok {
			refuse(w, logger, http.StatusNotFound, "not_found", fmt.Errorf("no dashboard has the UID %q", uid))
			return
		}
		raw, err := src.Read(e.item)
		if err == nil && !json.Valid(raw) {
			err = fmt.Errorf("%s holds no JSON", e.Ref)
		}
		if err != nil {
			refuse(w, logger, http.StatusInternalServerError, "internal", fmt.Errorf("read the dashboard: %w", err))
			return
		}
		answer(w, logger, http.StatusOK, map[string]any{"status": "success", "data": map[string]any{
			"summary": e.Summary, "dashboard": json.RawMessage(raw),
		}})
	})
}

func refuse(w http.ResponseWriter, logger *slog.Logger, code int, kind string, err error) {
	answer(w, logger, code, map[string]any{"status": "error", "errorType": kind, "error": err.Error()})
}

func answer(w http.ResponseWriter, logger *slog.Logger, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		logger.Debug("a dashboard's reader went away", "component", "dashboards", "err", err)
	}
}
