package operatorobjects

import (
	"context"
	"fmt"
	"path"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/prometheus-operator/prometheus-operator/pkg/assets"
	yamlv2 "go.yaml.in/yaml/v2"
)

// loadTLS checks all certificates and keys that the object refers to, and has
// the store remember them.
func loadTLS(o Object, store *assets.StoreBuilder) error {
	var err error
	walkSpec(o, func(f field) bool {
		if tls, ok := f.value.Interface().(monitoringv1.SafeTLSConfig); ok && err == nil {
			if e := store.AddSafeTLSConfig(context.Background(), o.GetNamespace(), &tls); e != nil {
				err = fmt.Errorf("%s: %w", f.path, e)
			}
		}
		return err == nil
	})
	return err
}

// inline maps fields that name a file to those that hold its content.
var inline = map[string]string{"ca_file": "ca", "cert_file": "cert", "key_file": "key"}

// inlineTLS replaces the files that an operator would mount into Alertmanager's
// pod by their content. The library knows this for Prometheus only.
func inlineTLS(whole []byte, files map[string][]byte) ([]byte, error) {
	if len(files) == 0 {
		return whole, nil
	}
	var config yamlv2.MapSlice
	if err := yamlv2.Unmarshal(whole, &config); err != nil {
		return nil, fmt.Errorf("read the generated configuration of Alertmanager: %w", err)
	}
	inlineFiles(config, files)
	data, err := yamlv2.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("write the configuration of Alertmanager: %w", err)
	}
	return data, nil
}

func inlineFiles(v any, files map[string][]byte) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			inlineFiles(e, files)
		}
	case yamlv2.MapSlice:
		for i, item := range v {
			key, _ := item.Key.(string)
			name, _ := item.Value.(string)
			if content, ok := files[path.Base(name)]; ok && inline[key] != "" {
				v[i] = yamlv2.MapItem{Key: inline[key], Value: string(content)}
				continue
			}
			inlineFiles(item.Value, files)
		}
	}
}
