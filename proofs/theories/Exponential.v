(* What the three laws of an exponential give: e 0 = 1, e > 0, strict growth,  *)
(* the logarithm as inverse, ln of products, ln x <= x - 1, and the hyperbolic *)
(* functions.  Everything here is used by the later files; the table names     *)
(* expo0, expo_gt0, expo_lt, ln_le_subr1 and tanh_lt1.                         *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Laws.
Variables (R : realFieldType) (e : exponential R).
Implicit Types x y : R.

Lemma two_gt0 : 0 < 2%:R :> R. Proof. by rewrite ltr0n. Qed.
Lemma two_neq0 : 2%:R != 0 :> R. Proof. by rewrite pnatr_eq0. Qed.

Lemma expo_neq0 x : e x != 0.
Proof.
have h : e 1 != 0.
  by rewrite gt_eqF //; apply: lt_le_trans (expo_ge1Dx e 1); rewrite addr_gt0 ?ltr01.
apply/eqP => x0; case/eqP: h.
by have := expoD e (1 - x) x; rewrite subrK x0 mulr0.
Qed.

Theorem expo_gt0 x : 0 < e x.
Proof.
have -> : x = x / 2%:R + x / 2%:R by field.
by rewrite expoD -expr2 exprn_even_gt0 //= expo_neq0.
Qed.

Lemma expo_ge0 x : 0 <= e x. Proof. exact: ltW (expo_gt0 x). Qed.

Theorem expo0 : e 0 = 1.
Proof.
by apply: (mulfI (expo_neq0 0)); rewrite -expoD addr0 mulr1.
Qed.

Lemma expoN x : e (- x) = (e x)^-1.
Proof.
apply: (mulfI (expo_neq0 x)).
by rewrite -expoD subrr expo0 divff ?expo_neq0.
Qed.

Lemma expoB x y : e (x - y) = e x / e y.
Proof. by rewrite expoD expoN. Qed.

Lemma expo_gt1Dx x : x != 0 -> 1 + x < e x.
Proof.
move=> x0; have [h|h] := ltP (1 + x) 0; first exact: lt_trans h (expo_gt0 x).
have h2 : 0 <= 1 + x / 2%:R.
  have -> : 1 + x / 2%:R = (1 + (1 + x)) / 2%:R by field.
  by apply: divr_ge0; [apply: addr_ge0 h; apply: ler01 | apply: ler0n].
have -> : e x = e (x / 2%:R) ^+ 2.
  by rewrite expr2 -expoD; congr (expo e _); field.
apply: (@lt_le_trans _ _ ((1 + x / 2%:R) ^+ 2)); last first.
  by rewrite ler_pexpn2r ?nnegrE ?expo_ge0 ?expo_ge1Dx.
rewrite -subr_gt0.
have -> : (1 + x / 2%:R) ^+ 2 - (1 + x) = (x / 2%:R) ^+ 2 by field.
by rewrite exprn_even_gt0 //= mulf_neq0 ?invr_eq0 ?two_neq0.
Qed.

Theorem expo_lt x y : (e x < e y) = (x < y).
Proof.
have step a b : a < b -> e a < e b.
  move=> ab; have -> : b = a + (b - a) by ring.
  rewrite expoD -[X in X < _]mulr1 ltr_pmul2l ?expo_gt0 //.
  apply: lt_le_trans (expo_ge1Dx e (b - a)).
  by rewrite ltr_addl subr_gt0.
have [/step->//|h|->] := ltgtP x y; last by rewrite ltxx.
by apply/negbTE; rewrite -leNgt ltW // step.
Qed.

Lemma expo_le x y : (e x <= e y) = (x <= y).
Proof. by rewrite !leNgt expo_lt. Qed.

Theorem expo_inj : injective e.
Proof.
by move=> x y exy; apply/eqP; rewrite eq_le -(expo_le x) -(expo_le y) exy lexx.
Qed.

Theorem expoK x : ln e (e x) = x.
Proof. by apply: expo_inj; rewrite lnK ?expo_gt0. Qed.

Lemma ln1 : ln e 1 = 0.
Proof. by rewrite -expo0 expoK. Qed.

Theorem lnM x y : 0 < x -> 0 < y -> ln e (x * y) = ln e x + ln e y.
Proof.
by move=> x0 y0; apply: expo_inj; rewrite expoD !lnK // mulr_gt0.
Qed.

Lemma lnV x : 0 < x -> ln e x^-1 = - ln e x.
Proof. by move=> x0; apply: expo_inj; rewrite expoN !lnK // invr_gt0. Qed.

Lemma ln_div x y : 0 < x -> 0 < y -> ln e (x / y) = ln e x - ln e y.
Proof. by move=> x0 y0; rewrite lnM ?invr_gt0 // lnV. Qed.

Lemma lnX x n : 0 < x -> ln e (x ^+ n) = n%:R * ln e x.
Proof.
move=> x0; elim: n => [|n IH]; first by rewrite expr0 ln1 mul0r.
by rewrite exprS lnM ?exprn_gt0 // IH -[n.+1]addn1 natrD; ring.
Qed.

Lemma ln_inj x y : 0 < x -> 0 < y -> ln e x = ln e y -> x = y.
Proof. by move=> x0 y0 h; rewrite -(lnK e x0) -(lnK e y0) h. Qed.

Lemma ln_lt x y : 0 < x -> 0 < y -> (ln e x < ln e y) = (x < y).
Proof. by move=> x0 y0; rewrite -expo_lt !lnK. Qed.

Lemma ln_le x y : 0 < x -> 0 < y -> (ln e x <= ln e y) = (x <= y).
Proof. by move=> x0 y0; rewrite -expo_le !lnK. Qed.

Lemma ln_eq0 x : 0 < x -> (ln e x == 0) = (x == 1).
Proof.
move=> x0; apply/eqP/eqP => [h|->]; last exact: ln1.
by rewrite -(lnK e x0) h expo0.
Qed.

Lemma ln_ge0 x : 1 <= x -> 0 <= ln e x.
Proof. by move=> x1; rewrite -ln1 ln_le ?ltr01 // (lt_le_trans ltr01). Qed.

Lemma ln_gt0 x : 1 < x -> 0 < ln e x.
Proof. by move=> x1; rewrite -ln1 ln_lt ?ltr01 // (lt_trans ltr01). Qed.

Theorem ln_le_subr1 x : 0 < x -> ln e x <= x - 1.
Proof.
move=> x0; have := expo_ge1Dx e (ln e x); rewrite lnK // => h.
by rewrite ler_subr_addl.
Qed.

Lemma ln_lt_subr1 x : 0 < x -> x != 1 -> ln e x < x - 1.
Proof.
move=> x0 x1; have := @expo_gt1Dx (ln e x); rewrite ln_eq0 // lnK // => h.
by rewrite ltr_subr_addl h.
Qed.

Lemma expo_sum (I : finType) (f : I -> R) : e (\sum_i f i) = \prod_i e (f i).
Proof. by apply: (big_morph e (expoD e) expo0). Qed.

Lemma expoMn x n : e (n%:R * x) = e x ^+ n.
Proof.
elim: n => [|n IH]; first by rewrite mul0r expo0 expr0.
by rewrite exprS -IH -expoD -[n.+1]addn1 natrD; congr (expo e _); ring.
Qed.

Lemma sum_bool (f : bool -> R) : \sum_s f s = f true + f false.
Proof. by rewrite big_bool. Qed.

(* Sums of exponentials are positive as soon as there is a term. *)
Lemma sum_gt0 (X : finType) (f : X -> R) : X -> (forall z, 0 < f z) -> 0 < \sum_z f z.
Proof.
move=> x0 f0; rewrite (bigD1 x0) //= ltr_paddr ?f0 // sumr_ge0 // => x _.
exact: ltW.
Qed.

Lemma partition_gt0 (X : finType) (H : X -> R) : X -> 0 < partition e H.
Proof. by move=> x0; apply: sum_gt0 => // x; apply: expo_gt0. Qed.

(* Hyperbolic functions *)
Lemma chN x : ch e (- x) = ch e x.
Proof. by rewrite /ch opprK addrC. Qed.

Lemma shN x : sh e (- x) = - sh e x.
Proof. by rewrite /sh opprK -mulNr opprB. Qed.

Lemma ch_gt0 x : 0 < ch e x.
Proof. by rewrite divr_gt0 ?two_gt0 ?addr_gt0 ?expo_gt0. Qed.

Lemma ch_neq0 x : ch e x != 0. Proof. by rewrite gt_eqF ?ch_gt0. Qed.

Lemma thN x : th e (- x) = - th e x.
Proof. by rewrite /th shN chN mulNr. Qed.

Lemma ch0 : ch e 0 = 1.
Proof. by rewrite /ch oppr0 expo0; field. Qed.

Lemma th0 : th e 0 = 0.
Proof. by rewrite /th /sh oppr0 subrr !mul0r. Qed.

Lemma ch_ge1 x : 1 <= ch e x.
Proof.
rewrite ler_pdivl_mulr ?two_gt0 // mul1r.
have := ler_add (expo_ge1Dx e x) (expo_ge1Dx e (- x)).
by rewrite addrACA subrr addr0.
Qed.

Lemma ch_gt1 x : x != 0 -> 1 < ch e x.
Proof.
move=> x0; rewrite ltr_pdivl_mulr ?two_gt0 // mul1r.
have := ltr_le_add (expo_gt1Dx x0) (expo_ge1Dx e (- x)).
by rewrite addrACA subrr addr0.
Qed.

Lemma ch_spin x b : ch e (x * spin R b) = ch e x.
Proof. by case: b => /=; rewrite ?mulr1 // mulrN1 chN. Qed.

Lemma ch_norm x : ch e `|x| = ch e x.
Proof. by case: (ger0P x) => // _; rewrite chN. Qed.

Lemma ch_le x : ch e x <= e `|x|.
Proof.
rewrite -ch_norm ler_pdivr_mulr ?two_gt0 // mulr_natr mulr2n ler_add2l expo_le.
by apply: (@le_trans _ _ 0); rewrite ?oppr_le0.
Qed.

Lemma ch_lt x : x != 0 -> ch e x < e `|x|.
Proof.
move=> x0; rewrite -ch_norm ltr_pdivr_mulr ?two_gt0 // mulr_natr mulr2n ltr_add2l.
rewrite expo_lt.
by apply: (@lt_trans _ _ 0); rewrite ?oppr_lt0 ?normr_gt0.
Qed.

Lemma th_logistic x : th e x = 2%:R * logistic e (2%:R * x) - 1.
Proof.
have hx := expo_neq0 x.
have h2 : e (2%:R * x) = e x ^+ 2 by rewrite expoMn.
have h3 : 1 + e x ^+ 2 != 0 by rewrite gt_eqF // ltr_paddl ?ler01 // exprn_gt0 ?expo_gt0.
by rewrite /th /sh /ch /logistic expoN -!mulrN mulrN expoN h2; field;
  rewrite ?hx /= ?two_neq0 //= ?h3 //= addrC h3.
Qed.

Lemma logistic_gt0 x : 0 < logistic e x.
Proof. by rewrite divr_gt0 ?addr_gt0 ?ltr01 ?expo_gt0. Qed.

Lemma logistic_lt1 x : logistic e x < 1.
Proof.
rewrite ltr_pdivr_mulr ?addr_gt0 ?ltr01 ?expo_gt0 // mul1r.
by rewrite ltr_addl expo_gt0.
Qed.

Theorem tanh_lt1 x : `|th e x| < 1.
Proof.
rewrite th_logistic ltr_norml; apply/andP; split.
  by rewrite -subr_gt0 opprK subrK mulr_gt0 ?two_gt0 ?logistic_gt0.
by rewrite ltr_subl_addl gtr_pmulr ?two_gt0 // logistic_lt1.
Qed.

Lemma th_eq0 x : (th e x == 0) = (x == 0).
Proof.
apply/idP/idP => [|/eqP->]; last by rewrite th0.
rewrite mulf_eq0 invr_eq0 (negbTE (ch_neq0 x)) orbF mulf_eq0 invr_eq0.
rewrite (negbTE two_neq0) orbF subr_eq0 => /eqP /expo_inj h.
have : x + x = 0 by rewrite {2}h subrr.
by rewrite -mulr2n -mulr_natr => /eqP; rewrite mulf_eq0 (negbTE two_neq0) orbF.
Qed.
End Laws.
