package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// askTimeout bounds one question over HTTP.
const askTimeout = 30 * time.Second

// webError is an answer that is not the one hoped for.
type webError struct {
	url    string
	status int
	text   string
}

func (e *webError) Error() string {
	return fmt.Sprintf("%s: %d %s: %s", e.url, e.status, http.StatusText(e.status), e.text)
}

// ask returns the body of the answer to a GET, below the site's URL.
func ask(ctx context.Context, s site, path string, q url.Values) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	u := s.url.JoinPath(path)
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", u.Redacted(), err)
	}
	if resp.StatusCode != http.StatusOK {
		return body, &webError{url: u.Redacted(), status: resp.StatusCode, text: strings.TrimSpace(string(body))}
	}
	return body, nil
}

// askAPI asks Prometheus' API and returns the data of its answer.
func askAPI(ctx context.Context, s site, path string, q url.Values) (json.RawMessage, error) {
	body, err := ask(ctx, s, "api/v1/"+path, q)
	if _, answered := errors.AsType[*webError](err); err != nil && !answered {
		return nil, err
	}
	var envelope struct {
		Data  json.RawMessage
		Error string
	}
	failed := json.Unmarshal(body, &envelope)
	switch {
	case failed == nil && envelope.Error != "":
		return nil, errors.New(envelope.Error)
	case err != nil:
		return nil, err
	case failed != nil:
		return nil, fmt.Errorf("decode /api/v1/%s: %w", path, failed)
	}
	return envelope.Data, nil
}

// decodeAPI asks Prometheus' API and decodes the data of its answer.
func decodeAPI(ctx context.Context, s site, path string, q url.Values, out any) error {
	data, err := askAPI(ctx, s, path, q)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("decode /api/v1/%s: %w", path, err)
	}
	return nil
}
