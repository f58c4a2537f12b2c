package cli

import (
	"context"
	"fmt"
	"net"
	"sync"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
	"github.com/sightglass/sightglass/internal/dap"
)

func (a *app) dap() *cobra.Command {
	var listen string
	var sources []string
	c := &cobra.Command{
		Use:   "dap [RECORDING] [POSITION]",
		Short: "Let an editor step through recorded code (Debug Adapter Protocol)",
		Long: `Speak the Debug Adapter Protocol with an editor, over standard input and output, or with --listen over TCP: one steps through recorded code as in
a debugger, forwards and backwards. What is not given here, the editor's configuration says: "recording", "position", "sourcePaths".
Whoever reaches the address of --listen sees what you may see: keep it on this machine.`,
		Example: `  sightglass dap
  sightglass dap order-totals drop-duplicates.0.0.41 --source src/main/java
  sightglass dap --listen 127.0.0.1:0`,
		Args: between(0, 2, "a recording and a position, if you like"),
	}
	f := c.Flags()
	f.StringVar(&listen, "listen", "", "address that editors connect to; empty: standard input and output")
	f.StringArrayVar(&sources, "source", nil, "folder of sources at this machine; may be given more than once")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		o := dap.Options{Stepper: cl, Sources: sources, Find: func(ctx context.Context, position string) (string, error) {
			rec, _, err := everywhere(ctx, cl, "the position "+position, func(rec string) (*client.Answer[gen.Moment], error) { return cl.At(ctx, rec, position) })
			return rec, err
		}}
		if len(args) > 0 {
			o.Position = args[len(args)-1]
		}
		if len(args) == 2 {
			o.Recording = args[0]
		}
		if listen == "" {
			return dap.Serve(c.Context(), c.InOrStdin(), a.Out, o)
		}
		return a.serveEditors(c.Context(), listen, o)
	}
	return c
}

// serveEditors serves all that connect, until ctx ends.
func (a *app) serveEditors(ctx context.Context, address string, o dap.Options) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listening for editors: %w", err)
	}
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	a.hint("editors connect to %s", l.Addr())
	var served sync.WaitGroup
	defer served.Wait()
	for {
		c, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("listening for editors: %w", err)
		}
		served.Go(func() {
			defer c.Close()
			defer context.AfterFunc(ctx, func() { _ = c.Close() })()
			if err := dap.Serve(ctx, c, c, o); err != nil && ctx.Err() == nil {
				a.hint("editor %s: %v", c.RemoteAddr(), err)
			}
		})
	}
}
