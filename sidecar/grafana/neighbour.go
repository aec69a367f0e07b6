package grafana

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// maxAnswer bounds what is read of an answer. A dashboard is the largest.
const maxAnswer = 16 << 20

// neighbour is the running Grafana.
type neighbour struct {
	url                    *url.URL
	client                 *http.Client
	userFile, passwordFile string
}

// answerError is an answer of Grafana that is not the one hoped for.
type answerError struct {
	status  int
	message string
}

func (e *answerError) Error() string {
	return fmt.Sprintf("Grafana answers %d %s: %s", e.status, http.StatusText(e.status), e.message)
}

// reload has Grafana read its provisioning files of one kind. It answers when they
// are in its database.
func (n neighbour) reload(ctx context.Context, kind string) error {
	err := n.ask(ctx, http.MethodPost, "", nil, "api", "admin", "provisioning", kind, "reload")
	if err != nil {
		return fmt.Errorf("reload %s: %w", kind, err)
	}
	return nil
}

// dashboard says whether Grafana has the dashboard, and has it from a file.
func (n neighbour) dashboard(ctx context.Context, want dropin.Dashboard) (bool, error) {
	var got struct {
		Dashboard struct{ Title string }
		Meta      struct{ Provisioned bool }
	}
	err := n.ask(ctx, http.MethodGet, "", &got, "api", "dashboards", "uid", want.UID)
	if isStatus(err, http.StatusNotFound) {
		return false, nil
	}
	return err == nil && got.Meta.Provisioned && got.Dashboard.Title == want.Title, err
}

// has says whether Grafana has the datasource.
func (n neighbour) has(ctx context.Context, ds dropin.Datasource) (bool, error) {
	by, value := "name", ds.Name
	if ds.UID != "" {
		by, value = "uid", ds.UID
	}
	var got struct{ Name string }
	err := n.ask(ctx, http.MethodGet, ds.Organization, &got, "api", "datasources", by, value)
	if isStatus(err, http.StatusNotFound) {
		return false, nil
	}
	return err == nil && got.Name == ds.Name, err
}

// pageSize is the most that Grafana returns of a search.
const pageSize = 5000

// dashboards returns the uids of all dashboards.
func (n neighbour) dashboards(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	for page := 1; ; page++ {
		var hits []struct{ UID string }
		q := url.Values{"type": {"dash-db"}, "limit": {strconv.Itoa(pageSize)}, "page": {strconv.Itoa(page)}}
		if err := n.askQuery(ctx, http.MethodGet, "", q, &hits, "api", "search"); err != nil {
			return nil, err
		}
		for _, h := range hits {
			out[h.UID] = true
		}
		if len(hits) < pageSize {
			return out, nil
		}
	}
}

func isStatus(err error, status int) bool {
	e, ok := errors.AsType[*answerError](err)
	return ok && e.status == status
}

func (n neighbour) ask(ctx context.Context, method, organization string, out any, path ...string) error {
	return n.askQuery(ctx, method, organization, nil, out, path...)
}

func (n neighbour) askQuery(ctx context.Context, method, organization string, q url.Values, out any, path ...string) error {
	for i := range path {
		path[i] = url.PathEscape(path[i])
	}
	u := n.url.JoinPath(path...)
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return err
	}
	user, password, err := n.administrator()
	if err != nil {
		return err
	}
	req.SetBasicAuth(user, password)
	if organization != "" {
		req.Header.Set("X-Grafana-Org-Id", organization)
	}
	resp, err := n.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask Grafana: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("ask Grafana: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		var said struct{ Message string }
		_ = json.Unmarshal(body, &said) // an answer that is no JSON has nothing to add
		return &answerError{status: resp.StatusCode, message: said.Message}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("read the answer of Grafana: %w", err)
	}
	return nil
}

// administrator reads name and password anew: they may be rotated.
func (n neighbour) administrator() (user, password string, err error) {
	user = "admin"
	if n.userFile != "" {
		raw, err := os.ReadFile(n.userFile)
		if err != nil {
			return "", "", fmt.Errorf("read the name of Grafana's administrator: %w", err)
		}
		user = string(bytes.TrimSpace(raw))
	}
	raw, err := os.ReadFile(n.passwordFile)
	if err != nil {
		return "", "", fmt.Errorf("read the password of Grafana's administrator: %w", err)
	}
	return user, string(bytes.TrimSpace(raw)), nil
}
