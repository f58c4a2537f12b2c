package rest

import (
	"io"
	"net/http"
	"strconv"

	"github.com/sightglass/sightglass/internal/registry"
)

func (c *call) getConfig() (any, error) {
	return c.Registry.Config(c.r.Context(), c.subject, c.flag("defaultToGlobal"))
}

func (c *call) putConfig() (answer any, err error) {
	body, err := c.body()
	if err != nil {
		return nil, err
	}
	err = c.who.Change(c.r.Context(), Configure, c.subject, "change the config", func() error {
		answer, err = c.Registry.SetConfig(c.r.Context(), c.subject, body)
		return err
	})
	return answer, err
}

func (c *call) deleteConfig() (answer any, err error) {
	err = c.who.Change(c.r.Context(), Configure, c.subject, "take the config away", func() error {
		answer, err = c.Registry.DeleteConfig(c.r.Context(), c.subject)
		return err
	})
	return answer, err
}

type modeBody struct {
	Mode string `json:"mode"`
}

func (c *call) getMode() (any, error) {
	mode, err := c.Registry.Mode(c.r.Context(), c.subject, c.flag("defaultToGlobal"))
	return modeBody{mode}, err
}

func (c *call) putMode() (any, error) {
	var b modeBody
	if err := c.read(&b); err != nil {
		return nil, err
	}
	err := c.who.Change(c.r.Context(), Configure, c.subject, "change the mode to "+bounded(b.Mode), func() (err error) {
		b.Mode, err = c.Registry.SetMode(c.r.Context(), c.subject, b.Mode, c.flag("force"))
		return err
	})
	return b, err
}

func (c *call) deleteMode() (any, error) {
	var b modeBody
	err := c.who.Change(c.r.Context(), Configure, c.subject, "take the mode away", func() (err error) {
		b.Mode, err = c.Registry.DeleteMode(c.r.Context(), c.subject, c.flag("recursive"))
		return err
	})
	return b, err
}

// jsonLines is the media type of exports.
const jsonLines = "application/x-ndjson"

// export gives all there is, one line for each thing.
func (c *call) export() (any, error) {
	d, err := c.Registry.Export(c.r.Context())
	if err != nil {
		return nil, err
	}
	c.w.Header().Set("Content-Type", jsonLines)
	return stream(func(w io.Writer) error { return d.Write(w, c.Now()) }), nil
}

// importAll takes an export: all of it, or nothing and the list of conflicts.
func (c *call) importAll() (any, error) {
	if c.r.Header.Get("Content-Type") != jsonLines {
		return nil, &registry.Error{Code: http.StatusUnsupportedMediaType, Message: "HTTP 415 Unsupported Media Type: send an export as " + jsonLines}
	}
	d, err := registry.ReadDump(http.MaxBytesReader(c.w, c.r.Body, maxImport))
	if err != nil {
		return nil, &registry.Error{Code: registry.CodeUnsupported, Message: "The import cannot be read: " + err.Error()}
	}
	if c.flag("dryRun") {
		return c.Registry.Import(c.r.Context(), d, true)
	}
	var report registry.ImportReport
	err = c.who.Change(c.r.Context(), Configure, c.subject, "import "+strconv.Itoa(len(d.Versions))+" versions", func() (err error) {
		report, err = c.Registry.Import(c.r.Context(), d, false)
		return err
	})
	return report, err
}
