(() => {
  'use strict';

  const element = (tag, properties, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };
  const dataOf = (node) => JSON.parse(node.querySelector('script[type="application/json"]').textContent);
  const missing = '–';

  const fixed = (value, decimals) => {
    if (value === null) return missing;
    const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.');
    const text = whole.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction ? '.' + fraction : '');
    return value < 0 && /[1-9]/.test(text) ? '−' + text : text;
  };
  const number = (value, style) => {
    if (value === null) return missing;
    return style.percent ? fixed(value * 100, style.decimals) + '%' : fixed(value, style.decimals);
  };
  const time = (milliseconds, length) =>
    new Date(milliseconds).toISOString().slice(0, length).replace('T', ' ');
  const duration = (milliseconds) => {
    const seconds = Math.floor(milliseconds / 1000);
    const units = [[86400, 'd', 3600, 'h'], [3600, 'h', 60, 'min'], [60, 'min', 1, 's']];
    for (const [large, largeName, small, smallName] of units) {
      if (seconds < large) continue;
      const count = Math.floor(seconds / large);
      const rest = Math.floor((seconds % large) / small);
      const whole = fixed(count, 0) + ' ' + largeName;
      return rest === 0 || count >= 10 ? whole : `${whole} ${rest} ${smallName}`;
    }
    return Number((milliseconds / 1000).toPrecision(4)) + ' s';
  };

  /* Theme */
  const root = document.documentElement;
  const store = {
    get: () => { try { return localStorage.getItem('theme'); } catch { return null; } },
    set: (theme) => { try { localStorage.setItem('theme', theme); } catch { /* Not kept. */ } },
  };
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  const theme = element('button', { className: 'theme', type: 'button' });
  const nameTheme = () => { theme.textContent = isDark() ? 'Light' : 'Dark'; };
  if (store.get()) root.dataset.theme = store.get();
  theme.setAttribute('aria-label', 'Switch between light and dark');
  theme.onclick = () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    store.set(root.dataset.theme);
    nameTheme();
  };
  nameTheme();
  document.body.prepend(theme);

  /* Charts */
  const nearest = (sorted, value) => {
    let low = 0;
    let high = sorted.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (sorted[middle] <= value) low = middle; else high = middle;
    }
    return value - sorted[low] <= sorted[high] - value ? low : high;
  };
  const timeCharts = [];

  const chart = (figure) => {
    const data = dataOf(figure);
    const canvas = figure.querySelector('.canvas');
    const keys = [...figure.querySelectorAll('.key b')];
    const when = figure.querySelector('.when');
    const isTime = 'times' in data.x;
    let places = data.x.numbers;
    if (isTime) {
      let steps = 0;
      const { start, unit } = data.x.times;
      places = [start, ...data.x.times.steps.map((step) => start + (steps += step) * unit)];
    }
    const [first, last] = [places[0], places[places.length - 1]];
    const across = (index) => (last > first ? (places[index] - first) / (last - first) : 0.5);
    const label = (index) => isTime
      ? time(places[index], data.x.clock)
      : `${data.x.name} ${Number(places[index].toPrecision(9))}`;
    const down = (value) => {
      const scale = data.scales.find((s) => s.log === figure.classList.contains('is-log'));
      return scale.log
        ? 1 - Math.log(value / scale.low) / Math.log(scale.high / scale.low)
        : 1 - (value - scale.low) / (scale.high - scale.low);
    };

    const cross = element('span', { className: 'cross', hidden: true });
    const spots = keys.map((key) => element('span', {
      className: key.parentElement.className.replace('key', 'spot'), hidden: true,
    }));
    canvas.append(cross, ...spots);
    const atRest = [when.textContent, keys.map((key) => key.textContent)];
    let current = places.length - 1;

    const hide = () => {
      cross.hidden = true;
      spots.forEach((spot) => { spot.hidden = true; });
      when.textContent = atRest[0];
      keys.forEach((key, i) => { key.textContent = atRest[1][i]; });
    };
    const show = (index) => {
      current = index;
      const left = 100 * across(index) + '%';
      cross.hidden = false;
      cross.style.left = left;
      when.textContent = label(index);
      keys.forEach((key, i) => {
        const value = data.series[i][index];
        key.textContent = number(value, data);
        spots[i].hidden = value === null;
        if (value !== null) Object.assign(spots[i].style, { left, top: 100 * down(value) + '%' });
      });
      const values = keys.map((key) => key.parentElement.textContent.trim()).join(', ');
      canvas.setAttribute('aria-valuenow', index);
      canvas.setAttribute('aria-valuetext', `${label(index)}: ${values}`);
    };
    const peers = isTime ? timeCharts : [];
    if (isTime) timeCharts.push({ hide, showAt: (at) => show(nearest(places, at)) });
    const hideAll = () => (isTime ? peers.forEach((peer) => peer.hide()) : hide());
    const showAll = (index) => {
      if (isTime) peers.forEach((peer) => peer.showAt(places[index]));
      show(index);
    };

    canvas.addEventListener('pointermove', (event) => {
      const box = canvas.getBoundingClientRect();
      const share = (event.clientX - box.left) / box.width;
      showAll(nearest(places, first + share * (last - first)));
    });
    canvas.addEventListener('pointerleave', hideAll);
    canvas.addEventListener('blur', hideAll);
    canvas.addEventListener('keydown', (event) => {
      const jump = event.shiftKey ? Math.ceil(places.length / 20) : 1;
      const target = {
        ArrowLeft: current - jump, ArrowRight: current + jump, Home: 0, End: places.length - 1,
      }[event.key];
      if (target === undefined) return;
      event.preventDefault();
      showAll(Math.max(0, Math.min(places.length - 1, target)));
    });
    const roles = {
      role: 'slider', tabindex: 0, 'aria-label': 'Read values', 'aria-valuemin': 0,
      'aria-valuemax': places.length - 1, 'aria-valuenow': current, 'aria-valuetext': label(current),
    };
    Object.entries(roles).forEach(([name, value]) => canvas.setAttribute(name, value));

    if (data.scales.length > 1) {
      const buttons = ['Linear', 'Log'].map((name) => element('button', {
        type: 'button',
        textContent: name,
        onclick: () => {
          figure.classList.toggle('is-log', name === 'Log');
          mark();
          if (!cross.hidden) show(current);
        },
      }));
      const mark = () => buttons.forEach((button, i) => {
        button.setAttribute('aria-pressed', (i === 1) === figure.classList.contains('is-log'));
      });
      mark();
      const group = element('span', { className: 'switch' }, ...buttons);
      group.setAttribute('role', 'group');
      group.setAttribute('aria-label', 'Scale');
      figure.querySelector('.legend').append(group);
    }
  };

  /* Heat maps */
  const map = (figure, metric, axes) => {
    const canvas = figure.querySelector('.canvas');
    const reading = figure.querySelector('.reading');
    const atRest = [...reading.childNodes];
    const [columns, rows] = axes.map((axis) => axis.labels.length);
    const target = element('span', { className: 'target', hidden: true });
    Object.assign(target.style, { width: 100 / columns + '%', height: 100 / rows + '%' });
    canvas.append(target);
    let cell = [0, 0];
    const hide = () => {
      target.hidden = true;
      reading.replaceChildren(...atRest);
    };
    const show = (x, y) => {
      cell = [Math.max(0, Math.min(columns - 1, x)), Math.max(0, Math.min(rows - 1, y))];
      [x, y] = cell;
      target.hidden = false;
      target.style.left = 100 * x / columns + '%';
      target.style.top = 100 * (rows - 1 - y) / rows + '%';
      reading.replaceChildren(
        `${axes[0].name} ${axes[0].labels[x]}, ${axes[1].name} ${axes[1].labels[y]}: `,
        element('b', { textContent: number(metric.values[y * columns + x], metric) }),
      );
    };
    canvas.addEventListener('pointermove', (event) => {
      const box = canvas.getBoundingClientRect();
      const x = Math.floor(columns * (event.clientX - box.left) / box.width);
      show(x, rows - 1 - Math.floor(rows * (event.clientY - box.top) / box.height));
    });
    canvas.addEventListener('pointerleave', hide);
    canvas.addEventListener('blur', hide);
    canvas.addEventListener('keydown', (event) => {
      const [x, y] = {
        ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
      }[event.key] ?? [];
      if (x === undefined) return;
      event.preventDefault();
      show(cell[0] + x, cell[1] + y);
    });
    reading.setAttribute('aria-live', 'polite');
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', `Read values of ${metric.name} with the arrow keys`);
  };

  const maps = (group) => {
    const data = dataOf(group);
    const figures = [...group.querySelectorAll('.map')];
    figures.forEach((figure, i) => map(figure, data.metrics[i], data.axes));
    if (figures.length < 2) return;
    const select = element('select', {}, ...data.metrics.map((metric, i) =>
      element('option', { value: i, textContent: metric.name })));
    const choose = () => figures.forEach((figure, i) => { figure.hidden = i !== Number(select.value); });
    select.onchange = choose;
    group.classList.add('chosen');
    group.prepend(element('label', { className: 'choice' }, 'Measure', select));
    choose();
  };

  /* Tables of trades; longer ones are printed as the page that is shown. */
  const mostPrinted = 2000;
  const cellText = (column, row) => {
    const value = column.values[row];
    if (value === null) return missing;
    switch (column.kind) {
      case 'number': return number(value, column);
      case 'time': return time(column.start + value * column.unit, column.clock);
      case 'duration': return duration(column.start + value * column.unit);
      default: return column.names[value];
    }
  };
  const cellClass = (column, row) => {
    if (column.kind === 'name') return 'text';
    const value = column.tone ? column.values[row] : 0;
    return value > 0 ? 'good' : value < 0 ? 'bad' : '';
  };

  const sortable = (group) => {
    const { page, columns } = dataOf(group);
    const body = group.querySelector('tbody');
    const headings = [...group.querySelectorAll('thead th')];
    const count = columns[0].values.length;
    const order = Array.from({ length: count }, (_, row) => row);
    let start = 0;
    const pager = element('div', { className: 'pager' });
    const status = element('span', {});
    status.setAttribute('aria-live', 'polite');

    const fill = (from, end) => {
      body.replaceChildren(...order.slice(from, end).map((row) =>
        element('tr', {}, ...columns.map((column) =>
          element('td', { className: cellClass(column, row), textContent: cellText(column, row) })))));
      status.textContent = `${fixed(from + 1, 0)}–${fixed(end, 0)} of ${fixed(count, 0)}`;
    };
    const draw = () => {
      fill(start, Math.min(start + page, count));
      steps.forEach(({ button, target }) => { button.disabled = clamp(target()) === start; });
    };
    const lastStart = Math.floor((count - 1) / page) * page;
    const clamp = (row) => Math.max(0, Math.min(lastStart, row));
    const steps = [
      ['«', 'First page', () => 0], ['‹', 'Previous page', () => start - page],
      ['›', 'Next page', () => start + page], ['»', 'Last page', () => lastStart],
    ].map(([text, name, target]) => {
      const button = element('button', { type: 'button', textContent: text });
      button.setAttribute('aria-label', name);
      button.onclick = () => { start = clamp(target()); draw(); };
      return { button, target };
    });

    headings.forEach((heading, i) => {
      const button = element('button', { type: 'button' }, ...heading.childNodes);
      heading.append(button);
      button.onclick = () => {
        const rising = heading.getAttribute('aria-sort') !== 'ascending';
        headings.forEach((other) => other.removeAttribute('aria-sort'));
        heading.setAttribute('aria-sort', rising ? 'ascending' : 'descending');
        const { values } = columns[i];
        const sign = rising ? 1 : -1;
        order.sort((a, b) => {
          if (values[a] === null || values[b] === null) {
            return (values[a] === null) - (values[b] === null) || a - b;
          }
          return sign * (values[a] - values[b]) || a - b;
        });
        start = 0;
        draw();
      };
    });
    if (count > page) {
      pager.append(status, ...steps.map(({ button }) => button));
      group.append(pager);
      if (count <= mostPrinted) {
        addEventListener('beforeprint', () => fill(0, count));
        addEventListener('afterprint', draw);
      }
    }
    draw();
  };

  document.querySelectorAll('.chart').forEach(chart);
  document.querySelectorAll('.maps').forEach(maps);
  document.querySelectorAll('.sortable').forEach(sortable);
})();
