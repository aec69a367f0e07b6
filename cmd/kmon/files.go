package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kingpin/v2"
)

// input is one file's content under the name that the user gave it.
type input struct {
	name string
	data []byte
}

// readAll reads files, what is below directories, and standard input.
func readAll(paths []string, stdin io.Reader) ([]input, error) {
	var out []input
	for _, path := range paths {
		if path == "" { // a dash, as kingpin passes it on
			data, err := io.ReadAll(stdin)
			if err != nil {
				return nil, fmt.Errorf("read standard input: %w", err)
			}
			out = append(out, input{name: "stdin", data: data})
			continue
		}
		// A file named by the user is read whatever its name; in a directory only
		// manifests are.
		err := filepath.WalkDir(path, func(file string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if e.IsDir() || file != path && !isManifest(file) {
				return nil
			}
			data, err := os.ReadFile(file)
			out = append(out, input{name: file, data: data})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func isManifest(path string) bool {
	switch filepath.Ext(path) {
	case ".yaml", ".yml", ".json":
		return !strings.HasPrefix(filepath.Base(path), ".")
	}
	return false
}

// policyFlags are the flags that say what drop-ins may do, by the names of
// config-sidecar's.
func policyFlags(cmd *kingpin.CmdClause, trusted *[]string, bytes *int64) {
	cmd.Flag("trusted-namespaces", "Comma list of namespaces whose drop-ins may name files on the server and discover targets everywhere.").StringsVar(trusted)
	cmd.Flag("max-bytes", "Largest drop-in that is taken, in bytes, decompressed. 0: no limit.").Default("4194304").Int64Var(bytes)
}

// split takes comma lists apart.
func split(lists []string) []string {
	var out []string
	for _, l := range lists {
		for part := range strings.SplitSeq(l, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}
