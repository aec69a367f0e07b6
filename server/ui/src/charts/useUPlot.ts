import { useEffect, useRef, type RefObject } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "./uplot.css";

/**
 * Keeps a uPlot chart in an element: made anew when the shape is another, given
 * new data otherwise, and as wide as its element. Options hold no samples, and
 * are asked for only when the shape says that they differ.
 */
export function useUPlot(box: RefObject<HTMLElement | null>, shape: string, options: () => Omit<uPlot.Options, "width">, data: uPlot.AlignedData): RefObject<uPlot | null> {
  const chart = useRef<uPlot>(null);
  const latest = useRef(data);
  const make = useRef(options);
  useEffect(() => {
    make.current = options;
  });

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const options = make.current();
    const made = new uPlot({ ...options, width: Math.max(80, element.clientWidth) }, latest.current, element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: Math.max(80, element.clientWidth), height: options.height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [box, shape]);

  useEffect(() => {
    if (latest.current === data) return;
    latest.current = data;
    chart.current?.setData(data);
  }, [data]);

  return chart;
}
