module github.com/sightglass/sightglass

go 1.26.8
