package dropin

import (
	"fmt"
	"strings"
)

// folderName is the folder that Grafana puts a dashboard into: of a path it takes
// the last step (provisioning of dashboards, foldersFromFilesStructure).
func folderName(folder string) string {
	if name := FolderTitle(folder); name != "" {
		return "folder " + name
	}
	return "no folder"
}

// FolderTitle is the title of the folder that a drop-in's folder path means, empty
// for none. General is what Grafana shows for none, and it makes no folder of that
// name.
func FolderTitle(folder string) string {
	name := folder[strings.LastIndexByte(folder, '/')+1:]
	if name == "General" {
		return ""
	}
	return name
}

// checkFolder refuses a folder that would lead out of the dashboards' directory.
func checkFolder(folder string) []Problem {
	if folder == "" {
		return nil
	}
	why := ""
	switch {
	case strings.HasPrefix(folder, "/"):
		why = "is an absolute path"
	case strings.Contains(folder, `\`):
		why = "has a backslash"
	case strings.IndexFunc(folder, isControl) >= 0 || strings.ContainsAny(folder, "\t\r\n"):
		why = "has a control character"
	default:
		for step := range strings.SplitSeq(folder, "/") {
			switch {
			case step == ".." || step == ".":
				why = "has a step " + quote(step)
			case strings.TrimSpace(step) == "":
				why = "has an empty step"
			case len(step) > maxFileName:
				why = "has a step that is too long to be a directory"
			}
		}
	}
	if why == "" {
		return nil
	}
	return []Problem{{
		Code:    CodeBadFolder,
		Message: fmt.Sprintf("annotation %s or %s: %s %s", AnnotationFolder, AnnotationTargetDirectory, quote(folder), why),
		Remedy:  "Name a folder, or folders in folders as in Team/Service.",
	}}
}
