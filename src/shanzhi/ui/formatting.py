"""Numbers, money, days and spans of time in words, in the reader's language.

Money comes in fen, spans in minutes, both whole numbers. Nothing here reads the clock.
"""

import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

NONE = "—"
_FEN = Decimal(100)
_WAN = Decimal(10_000)
_YI = Decimal(100_000_000)
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def chinese() -> bool:
    """Tell whether the page is being written in Chinese."""
    return (get_language() or "zh").startswith("zh")


def yuan(fen: int | None) -> str:
    """Write an amount in fen as yuan: 1234500 is '¥12,345.00'; a debt has a minus before the sign."""
    if fen is None:
        return NONE
    whole, rest = divmod(abs(int(fen)), 100)
    return f"{'-' if fen < 0 else ''}¥{whole:,}.{rest:02d}"


def money(hundredths: int | None, currency: str = "CNY") -> str:
    """Write an amount in hundredths of its currency: yuan as '¥12,345.00', others as '12,345.00 PLN'.

    A file that is imported may name no currency; then ('?') the amount stands alone.
    """
    if hundredths is None or currency == "CNY":
        return yuan(hundredths)
    return f"{yuan(hundredths).replace('¥', '')} {currency}".removesuffix(" ?")


def yuan_short(fen: int | None) -> str:
    """Write an amount in fen briefly: '¥1.23亿', '¥12.3万' in Chinese; '¥123 million', '¥12,345' in English.

    Rounded half up to three figures, so only for overviews; beside it the exact amount must be at hand.
    """
    if fen is None:
        return NONE
    amount = Decimal(abs(int(fen))) / _FEN
    sign = "-" if fen < 0 else ""
    if chinese():
        return f"{sign}¥{_scaled(amount, ((_YI, '亿'), (_WAN, '万')))}"
    return f"{sign}¥{_scaled(amount, ((Decimal(10**9), ' billion'), (Decimal(10**6), ' million')))}"


def _scaled(amount: Decimal, units: tuple[tuple[Decimal, str], ...]) -> str:
    for index, (unit, word) in enumerate(units):
        if amount >= unit:
            figure = _three_figures(amount / unit)
            # 9999.96 of the smaller unit rounds up to one of the larger
            if index and figure * unit >= units[index - 1][0]:
                unit, word = units[index - 1]
                figure = _three_figures(figure * units[index][0] / unit)
            return f"{figure:,f}{word}"
    return f"{amount:,.2f}".removesuffix(".00")


def _three_figures(number: Decimal) -> Decimal:
    places = max(0, 2 - number.adjusted())
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return rounded.to_integral_value() if rounded == rounded.to_integral_value() else rounded.normalize()


def local(value: datetime.datetime) -> datetime.datetime:
    """Turn a moment into the time of the place; a naive one is taken as it is."""
    return timezone.localtime(value) if timezone.is_aware(value) else value


def day(value: datetime.date | datetime.datetime | None) -> str:
    """Write a day: '2026年11月23日 周一' or 'Mon 23 Nov 2026'."""
    if not value:
        return NONE
    date = local(value).date() if isinstance(value, datetime.datetime) else value
    if chinese():
        return f"{date.year}年{date.month}月{date.day}日 周{_WEEKDAYS_ZH[date.weekday()]}"
    return f"{_WEEKDAYS_EN[date.weekday()]} {date.day} {_MONTHS_EN[date.month - 1]} {date.year}"


def short_day(value: datetime.date | datetime.datetime | None) -> str:
    """Write a day without its year and weekday, for places where the year stands nearby."""
    if not value:
        return NONE
    date = local(value).date() if isinstance(value, datetime.datetime) else value
    return f"{date.month}月{date.day}日" if chinese() else f"{date.day} {_MONTHS_EN[date.month - 1]}"


def moment(value: datetime.datetime | None) -> str:
    """Write a day with its hour: '2026年11月23日 周一 09:05' or 'Mon 23 Nov 2026, 09:05'."""
    if not value:
        return NONE
    here = local(value)
    return f"{day(here)}{' ' if chinese() else ', '}{here:%H:%M}"


def relative(value: datetime.datetime, now: datetime.datetime) -> str:
    """Write how far a moment lies from now, in its largest whole unit; always beside the moment itself."""
    seconds = (value - now).total_seconds()
    minutes_away = int(abs(seconds) // 60)
    if minutes_away < 1:
        return gettext("now")
    span = _span(minutes_away)
    return gettext("in %(span)s") % {"span": span} if seconds > 0 else gettext("%(span)s ago") % {"span": span}


def _span(total: int) -> str:
    days, hours = total // 1440, total // 60
    if days:
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": f"{days:,}"}
    if hours:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s minute", "%(n)s minutes", total) % {"n": total}


def hours(starts: datetime.datetime, ends: datetime.datetime) -> str:
    """Write the hours of a span in the time of the place, and that it ends on the next day where it does."""
    begins, ended = local(starts), local(ends)
    until = f"{ended:%H:%M}"
    if ended.date() != begins.date():
        until = gettext("%(time)s the next day") % {"time": until}
    return f"{begins:%H:%M}–{until}"


def minutes(value: int | None) -> str:
    """Write a span given in whole minutes: 150 is '2小时30分' or '2 h 30 min'."""
    if value is None:
        return NONE
    hours, rest = divmod(abs(int(value)), 60)
    parts = []
    if hours:
        parts.append(gettext("%(n)s h") % {"n": f"{hours:,}"})
    if rest or not hours:
        parts.append(gettext("%(n)s min") % {"n": rest})
    return ("-" if value < 0 else "") + ("" if chinese() else " ").join(parts)


def count(value: int | Decimal | float | None) -> str:
    """Write a number with its thousands parted."""
    if value is None:
        return NONE
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def file_size(size: int | None) -> str:
    """Write a size given in bytes, in units of 1024."""
    if size is None:
        return NONE
    amount = float(size)
    for unit in ("B", "KB", "MB"):
        if amount < 1024:
            return f"{amount:,.0f} {unit}" if unit == "B" else f"{amount:,.1f} {unit}"
        amount /= 1024
    return f"{amount:,.1f} GB"
