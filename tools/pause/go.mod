module spywatcher-logs/tools/pause

go 1.26.0
