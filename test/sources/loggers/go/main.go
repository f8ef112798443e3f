// Logs with one of the common loggers, or panics.
package main

import (
	"errors"
	"log"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"github.com/sirupsen/logrus"
	"go.uber.org/zap"
)

var noLoggers = map[string]func(){
	"panic":    func() { (&worker{}).work([]int{1, 2, 3}) },
	"deadlock": func() { var lock sync.Mutex; lock.Lock(); lock.Lock() },
	"nil": func() {
		done := make(chan error)
		go func() { var nobody *worker; done <- errors.New(nobody.name) }()
		<-done
	},
}

type worker struct{ name string }

func (w *worker) work(items []int) { println(items[len(items)+2]) }

func withSlog(logger *slog.Logger) {
	logger.Debug("a query", "rows", 3)
	logger.Info("the server listens", "port", 8080)
	logger.Warn("the cache is nearly full", "percent", 91)
	logger.Error("a request failed", "err", errors.New("connection refused"))
	logger.Log(nil, slog.LevelError+2, "worse than an error")
	logger.Log(nil, slog.LevelInfo-2, "less than information")
}

func main() {
	if act, ok := noLoggers[os.Args[1]]; ok {
		log.Print("the server starts")
		act()
	}
	all := &slog.HandlerOptions{Level: slog.LevelDebug}
	withSlog(slog.New(slog.NewTextHandler(os.Stdout, all)))
	withSlog(slog.New(slog.NewJSONHandler(os.Stdout, all)))
	withSlog(slog.Default())

	for _, config := range []zap.Config{zap.NewProductionConfig(), zap.NewDevelopmentConfig()} {
		config.OutputPaths = []string{"stdout"}
		logger := zap.Must(config.Build())
		logger.Debug("a query")
		logger.Info("the server listens", zap.Int("port", 8080))
		logger.Warn("the cache is nearly full")
		logger.Error("a request failed", zap.Error(errors.New("connection refused")))
	}

	for _, logger := range []zerolog.Logger{
		zerolog.New(os.Stdout),
		zerolog.New(zerolog.ConsoleWriter{Out: os.Stdout, TimeFormat: time.RFC3339}),
		zerolog.New(zerolog.ConsoleWriter{Out: os.Stdout, NoColor: true}),
	} {
		logger := logger.With().Timestamp().Logger()
		logger.Trace().Msg("a step")
		logger.Debug().Msg("a query")
		logger.Info().Int("port", 8080).Msg("the server listens")
		logger.Warn().Msg("the cache is nearly full")
		logger.Error().Err(errors.New("connection refused")).Msg("a request failed")
		logger.WithLevel(zerolog.FatalLevel).Msg("the end")
	}

	for _, formatter := range []logrus.Formatter{
		&logrus.TextFormatter{DisableColors: true},
		&logrus.TextFormatter{ForceColors: true},
		&logrus.JSONFormatter{},
	} {
		logger := &logrus.Logger{Out: os.Stdout, Formatter: formatter, Level: logrus.TraceLevel, Hooks: logrus.LevelHooks{}}
		logger.Trace("a step")
		logger.Debug("a query")
		logger.WithField("port", 8080).Info("the server listens")
		logger.Warn("the cache is nearly full")
		logger.WithError(errors.New("connection refused")).Error("a request failed")
	}
}
