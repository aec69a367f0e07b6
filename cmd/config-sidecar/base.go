package main

import (
	"fmt"
	"os"

	yamlv2 "go.yaml.in/yaml/v2"
)

// globalOf returns a configuration of Alertmanager with the global section of
// the one in a file and nothing else: what receivers of AlertmanagerConfigs may
// rely on. Routes and receivers of the platform are no business of theirs.
func globalOf(file string) ([]byte, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("base configuration of Alertmanager: %w", err)
	}
	type receiver struct {
		Name string `yaml:"name"`
	}
	var base struct {
		Global    yamlv2.MapSlice `yaml:"global,omitempty"`
		Route     map[string]any  `yaml:"route"`
		Receivers []receiver      `yaml:"receivers"`
	}
	if err := yamlv2.Unmarshal(raw, &base); err != nil {
		return nil, fmt.Errorf("base configuration of Alertmanager in %s: %w", file, err)
	}
	const nobody = "null"
	base.Route, base.Receivers = map[string]any{"receiver": nobody}, []receiver{{Name: nobody}}
	return yamlv2.Marshal(base)
}
