package cli

import (
	"context"
	"os"
)

// parquetFolder is where the running server writes recordings, for a query that names no folder.
func (a *app) parquetFolder(ctx context.Context) (string, error) {
	const hint = "--dir names the folder of an export; sightglass export parquet makes one, and the setting export-parquet lets the server make them"
	c, err := a.client()
	if err != nil {
		return "", err
	}
	got, err := c.Parquet(ctx)
	if err != nil {
		return "", &failure{code: exitUnreachable, err: err, hint: hint}
	}
	folder := got.Value.Folder
	if folder == "" {
		return "", usage(hint, "which export? The server writes none")
	}
	if _, err := os.Stat(folder); err != nil {
		return "", usage(hint, "the server writes to %s, which is not on this machine", folder)
	}
	if got.Value.Error != "" {
		a.hint("The last export did not end well: %s", got.Value.Error)
	}
	return folder, nil
}
