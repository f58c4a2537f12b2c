package server

import "github.com/sightglass/sightglass/internal/stepping"

// openStepping prepares replays that people step through; what they run with is what other replays run with. Sources of the job lie
// where its jars do.
func (s *Server) openStepping() (err error) {
	s.steps, err = stepping.New(stepping.Options{
		Browser: s.browser, Policy: s.rules.force, Now: s.now, Replay: s.replays.SessionOptions,
		Sources: &stepping.Sources{Dir: s.cfg.UserJars, Java: s.replays.JavaTool},
	})
	return err
}
