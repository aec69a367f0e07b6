import { useEffect, useRef, type RefObject } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "./uplot.css";

/**
 * Keeps a uPlot chart in an element: made anew when the options are, given new
 * data otherwise, and as wide as its element.
 */
export function useUPlot(box: RefObject<HTMLElement | null>, options: Omit<uPlot.Options, "width">, data: uPlot.AlignedData): void {
  const chart = useRef<uPlot>(null);
  const latest = useRef(data);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = new uPlot({ ...options, width: Math.max(80, element.clientWidth) }, latest.current, element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: Math.max(80, element.clientWidth), height: options.height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [box, options]);

  useEffect(() => {
    if (latest.current === data) return;
    latest.current = data;
    chart.current?.setData(data);
  }, [data]);
}
