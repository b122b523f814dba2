//! The curve as SVG: one file that needs nothing else, for a page of any
//! colour.

use std::time::Duration;

use crate::curve::{Curve, Point};
use crate::format::millis;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 400.0;
/// The edges of the plot.
const LEFT: f64 = 84.0;
const RIGHT: f64 = WIDTH - 24.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = HEIGHT - 76.0;

/// The greys and colours have enough contrast on white and on black.
const STYLES: &str = "\
text { font: 13px system-ui, sans-serif; fill: #767676 }
.axis { stroke: #767676; fill: none }
.simulated { stroke: #4a90d9; stroke-width: 3; fill: none }
.dot { fill: #4a90d9 }
.formula { stroke: #767676; stroke-width: 2; stroke-dasharray: 3 4; fill: none }
.target { stroke: #c05621; stroke-width: 1.5; stroke-dasharray: 8 4 }
.target-name { fill: #c05621 }
.now { stroke: #767676; stroke-dasharray: 1 4; stroke-width: 1.5 }
.name { font-weight: bold }
";

fn x(busy: f64) -> f64 {
    LEFT + busy * (RIGHT - LEFT)
}

impl Curve {
    fn y(&self, wait: Duration) -> f64 {
        BOTTOM - self.height(wait) * (BOTTOM - TOP)
    }

    /// The text of the file.
    pub fn svg(&self) -> String {
        let title = self.title();
        let line = |wait: fn(&Point) -> Duration| {
            let at = |point: &Point| {
                format!("{:.1},{:.1}", x(point.busy), self.y(wait(point)))
            };
            let points: Vec<String> = self.points.iter().map(at).collect();
            points.join(" ")
        };
        let simulated = line(|point| point.simulated);
        let by_formula = line(|point| point.by_formula);
        let dots: String = self.points.iter().map(|it| self.dot(it)).collect();
        let target = self.y(self.target);
        let (width, height) = (RIGHT - LEFT, BOTTOM - TOP + 5.0);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg"
 viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="curve-title">
<title id="curve-title">{title}</title>
<style>
{STYLES}</style>
<clipPath id="curve-plot">
<rect x="{LEFT}" y="{TOP}" width="{width}" height="{height}"/>
</clipPath>
<path class="axis" d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"/>
<path class="target" d="M{LEFT} {target:.1}H{RIGHT}"/>
<g clip-path="url(#curve-plot)">
<polyline class="formula" points="{by_formula}"/>
<polyline class="simulated" points="{simulated}"/>
{dots}</g>
{}</svg>
"#,
            self.labels(),
        )
    }

    fn dot(&self, point: &Point) -> String {
        let (x, y) = (x(point.busy), self.y(point.simulated));
        let (busy, wait) = (point.busy * 100.0, millis(point.simulated));
        format!(
            "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\">\
             <title>{busy:.0} % busy: {wait}</title></circle>\n"
        )
    }

    /// The texts around the plot, and what its lines are.
    fn labels(&self) -> String {
        let (busy, rate) = (BOTTOM + 22.0, BOTTOM + 42.0);
        let mut texts = text(LEFT, 18.0, "start", "name", &self.title());
        for (y, label) in [
            (TOP + 5.0, &millis(self.top)[..]),
            (BOTTOM + 4.0, "0 ms"),
            (busy, "busy"),
            (rate, "jobs/s"),
        ] {
            let x = if y > BOTTOM + 10.0 {
                LEFT - 24.0
            } else {
                LEFT - 8.0
            };
            texts += &text(x, y, "end", "", label);
        }
        for (at, percent, jobs) in self.axis() {
            texts += &text(x(at), busy, "middle", "", &percent);
            texts += &text(x(at), rate, "middle", "", &jobs);
        }
        let target = format!("target: {}", millis(self.target));
        let above = self.y(self.target) - 6.0;
        texts += &text(LEFT + 10.0, above, "start", "target-name", &target);
        if self.now <= 1.0 {
            let x = x(self.now);
            texts += &format!(
                "<path class=\"now\" d=\"M{x:.1} {TOP}V{BOTTOM}\"/>\n"
            );
            texts += &text(x - 6.0, TOP + 5.0, "end", "", "now");
        }
        let y = HEIGHT - 8.0;
        for (class, from) in [("simulated", LEFT), ("formula", LEFT + 160.0)] {
            let (to, middle) = (from + 30.0, y - 4.5);
            texts += &format!(
                "<path class=\"{class}\" d=\"M{from} {middle}H{to}\"/>\n"
            );
            let name = if class == "formula" {
                "by formula"
            } else {
                class
            };
            texts += &text(to + 8.0, y, "start", "", name);
        }
        texts
    }
}

fn text(x: f64, y: f64, anchor: &str, class: &str, text: &str) -> String {
    format!(
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" \
         text-anchor=\"{anchor}\">{text}</text>\n"
    )
}
