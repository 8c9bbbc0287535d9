/** The page's own style sheet: nothing is fetched. Colours mean what they mean on the desk. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--bg0:#eef1f4;--bg1:#fff;--bg2:#f6f8fa;--bg3:#e9edf1;--line:#d8dee5;--text1:#14181d;--text2:#4c5865;--text3:#5f6b78;
--seal:#865800;--up:#08775a;--down:#c22a3b;--info:#1a64cc;--up-soft:8 119 90;--down-soft:194 42 59}
@media (prefers-color-scheme:dark){:root{--bg0:#0a0d11;--bg1:#10141a;--bg2:#161b22;--bg3:#1d242d;--line:#222a34;--text1:#e8ecf2;--text2:#a3aeba;--text3:#8592a0;
--seal:#f0b64a;--up:#2dbd96;--down:#ef5d6b;--info:#5b9dff;--up-soft:45 189 150;--down-soft:239 93 107}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg0);color:var(--text1);font:14px/1.5 Inter,"Inter Variable",system-ui,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:22px;line-height:1.25;margin:0 0 4px;letter-spacing:-.01em}
h2{font-size:12px;font-weight:600;color:var(--text2);margin:0 0 12px}
p{margin:0}
.about{color:var(--text2)}
.about span{white-space:nowrap}
section{background:var(--bg1);border:1px solid var(--line);border-radius:8px;padding:16px 18px;margin-top:12px}
.verdict{border-left:4px solid var(--text3)}
.verdict.good{border-left-color:var(--up)}.verdict.doubtful{border-left-color:var(--seal)}.verdict.bad{border-left-color:var(--down)}
.verdict p{font-size:18px;line-height:1.4;font-weight:600;letter-spacing:-.005em;text-wrap:pretty}
.verdict ul{list-style:none;margin:12px 0 0;padding:0;display:grid;gap:4px 24px;grid-template-columns:repeat(auto-fit,minmax(340px,1fr));color:var(--text2)}
.verdict li{padding-left:20px;position:relative}
.verdict li::before{position:absolute;left:0;font-weight:700}
.verdict li.good::before{content:"✓";color:var(--up)}.verdict li.doubtful::before{content:"!";color:var(--seal);left:4px}.verdict li.bad::before{content:"✕";color:var(--down)}
.figures{display:grid;grid-template-columns:repeat(7,1fr);gap:1px;background:var(--line);padding:0;overflow:hidden}
.figure{background:var(--bg1);padding:12px 8px 10px 14px;min-height:92px}
.figure dt{color:var(--text2);font-size:12px}
.figure dd{margin:0}
.figure .value{font-size:20px;font-weight:600;letter-spacing:-.01em;line-height:1.4}
.figure .range{color:var(--text3);font-size:12px}
dl{margin:0}
.up{color:var(--up)}.down{color:var(--down)}
svg{display:block;width:100%;height:auto;overflow:visible}
svg+svg{margin-top:8px}
.chart-name{color:var(--text3);font-size:12px;margin:10px 0 2px}
.key{display:inline-block;width:14px;height:0;border-top:2px solid var(--info);vertical-align:middle;margin:0 5px 2px 0}
.key.other{border-color:var(--text3);border-top-style:dashed;margin-left:14px}
.scale{float:right}
.grid{stroke:var(--line);stroke-width:1}
.tick{fill:var(--text3);font-size:11px}
.line{fill:none;stroke-width:1.5;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.line.equity{stroke:var(--info);stroke-width:1.75}.line.other{stroke:var(--text3);stroke-dasharray:4 3}
.line.drawdown{stroke:var(--down)}.line.exposure{stroke:none}
.area{stroke:none}.area.drawdown{fill:var(--down);fill-opacity:.16}.area.exposure{fill:var(--text2);fill-opacity:.45}
.bar.up{fill:var(--up)}.bar.down{fill:var(--down)}
.mark{width:92px;height:10px;margin-top:5px}
.mark .zero{stroke:var(--text3);stroke-width:1;stroke-dasharray:2 2}.mark .span{stroke:var(--text2);stroke-width:2}.mark circle{fill:var(--info)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13px}
th{font-weight:500;color:var(--text2);text-align:right;font-size:12px}
th,td{padding:4px 8px;text-align:right;white-space:nowrap}
td.text,th.text{text-align:left}
tbody tr{border-top:1px solid var(--line)}
.calendar td{padding:5px 6px}
.calendar td.cell{min-width:54px}
.calendar .year{font-weight:600}
.note{color:var(--text3);font-size:12px;margin-top:8px}
.settings{columns:2 320px;column-gap:32px}
.settings div{display:flex;justify-content:space-between;gap:16px;border-bottom:1px solid var(--line);padding:3px 0;break-inside:avoid}
.settings dt{color:var(--text2);white-space:nowrap}.settings dd{margin:0;text-align:right;overflow-wrap:anywhere}
code{font:12px/1.4 "JetBrains Mono","JetBrains Mono Variable",ui-monospace,monospace}
@media(max-width:900px){.figures{grid-template-columns:repeat(auto-fit,minmax(140px,1fr))}}
@media(max-width:560px){main{padding:16px 10px 40px}.figures{grid-template-columns:1fr 1fr}.chart{overflow-x:auto}.chart svg{min-width:640px}.verdict ul{grid-template-columns:1fr}}
@page{margin:14mm}
@media print{:root{color-scheme:light;--bg0:#fff;--bg1:#fff;--bg2:#fff;--line:#cfd6dd;--text1:#000;--text2:#333;--text3:#555;--seal:#865800;--up:#08775a;--down:#c22a3b;--info:#1a64cc;--up-soft:8 119 90;--down-soft:194 42 59}
body{font-size:11px;print-color-adjust:exact;-webkit-print-color-adjust:exact}main{max-width:none;padding:0}section{break-inside:avoid}section.long{break-inside:auto}thead{display:table-header-group}tr{break-inside:avoid}
.figures{grid-template-columns:repeat(7,minmax(0,1fr))}.figure{min-height:0;padding:6px 4px 6px 7px}.figure .value{font-size:14px}.figure dt,.figure .range{font-size:9px}.mark{width:68px}.verdict ul{grid-template-columns:1fr 1fr}.chart-name,.note{font-size:10px}.verdict p{font-size:15px}.calendar td.cell{min-width:0}.scroll{overflow:visible}table{font-size:9.5px}th{font-size:9px}th,td,.calendar td{padding:2px 4px}}
`;
