package tests

import (
	"io/fs"
)

// globFiles reads the files that match a pattern, folders left out.
func globFiles(fsys fs.FS, pattern string) (map[string]string, error) {
	paths, err := fs.Glob(fsys, pattern)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, p := range paths {
		if info, err := fs.Stat(fsys, p); err != nil || info.IsDir() {
			continue
		}
		data, err := fs.ReadFile(fsys, p)
		if err != nil {
			return nil, err
		}
		files[p] = string(data)
	}
	return files, nil
}
