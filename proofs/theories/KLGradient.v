(* The gradient of D_KL(q || p) of an RBM with its sign, (7) to (9): it is the  *)
(* model average minus the data average.                                        *)
(* Main: kl_gradient (any energy, any bounded direction), kl_gradient_W,        *)
(* kl_gradient_visible_bias, kl_gradient_hidden_bias, is_derive_unique,         *)
(* kl_gradient_W_printed_iff, and the same for the biases.                      *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential MehtaSchwab Inequalities.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Derive.
Variable R : realFieldType.

Theorem is_derive_unique (f : R -> R) (x l l' : R) :
  is_derive f x l -> is_derive f x l' -> l = l'.
Proof.
move=> d d'; apply/eqP; rewrite -subr_eq0 -normr_eq0; apply/negPn/negP => n0.
have g0 : 0 < `|l - l'| by rewrite lt_def n0 normr_ge0.
have g4 : 0 < `|l - l'| / 4%:R by rewrite divr_gt0 ?ltr0n.
have [a a0 ha] := d _ g4; have [b b0 hb] := d' _ g4.
pose t := Num.min a b / 2%:R.
have m0 : 0 < Num.min a b by rewrite lt_minr a0 b0.
have t0 : 0 < t by rewrite divr_gt0 ?ltr0n.
have tm : t < Num.min a b by rewrite ltr_pdivr_mulr ?ltr0n // ltr_pmulr // ltr1n.
have nt : `|t| = t by rewrite gtr0_norm.
have ta : `|t| < a by rewrite nt (lt_le_trans tm) // le_minl lexx.
have tb : `|t| < b by rewrite nt (lt_le_trans tm) // le_minl lexx orbT.
have : `|l - l'| * t <= (`|l - l'| / 4%:R) * t + (`|l - l'| / 4%:R) * t.
  rewrite -{1}nt -normrM.
  have -> : (l - l') * t = (f (x + t) - f x - l' * t) - (f (x + t) - f x - l * t) by ring.
  have hat := ha _ ta; have hbt := hb _ tb; rewrite nt in hat hbt.
  apply: le_trans (ler_norm_sub _ _) _; exact: ler_add hbt hat.
rewrite -mulrDl ler_pmul2r // -subr_ge0.
have -> : `|l - l'| / 4%:R + `|l - l'| / 4%:R - `|l - l'| = - (`|l - l'| / 2%:R) by field.
by rewrite oppr_ge0 leNgt divr_gt0 ?ltr0n.
Qed.

(* A quadratic error bound near the point gives the derivative. *)
Lemma derive_of_quadratic (f : R -> R) (x l C r : R) : 0 < C -> 0 < r ->
  (forall t, `|t| <= r -> `|f (x + t) - f x - l * t| <= C * t ^+ 2) -> is_derive f x l.
Proof.
move=> C0 r0 h eps e0; exists (Num.min r (eps / C)).
  by rewrite lt_minr r0 divr_gt0.
move=> t; rewrite lt_minr => /andP [tr te].
apply: le_trans (h t (ltW tr)) _; rewrite -[t ^+ 2]real_normK ?num_real // expr2 mulrA.
rewrite ler_wpmul2r ?normr_ge0 //.
by move: te; rewrite ltr_pdivl_mulr // mulrC => /ltW.
Qed.
End Derive.

Section Tilt.
Variables (R : realFieldType) (e : exponential R).

Lemma expo_le_quadratic (x : R) : `|x| <= 1 / 2%:R -> e x <= 1 + x + 2%:R * x ^+ 2.
Proof.
rewrite ler_norml => /andP [_ x1].
have h2 : 2%:R * x <= 1 by move: x1; rewrite ler_pdivl_mulr ?two_gt0 // mulrC.
have p : 0 < 1 - x.
  rewrite subr_gt0; apply: le_lt_trans x1 _.
  by rewrite ltr_pdivr_mulr ?two_gt0 // mul1r ltr1n.
have le1 : e x <= (1 - x)^-1.
  rewrite -[x]opprK expoN opprK lef_pinv ?posrE ?expo_gt0 //.
  by have := expo_ge1Dx e (- x).
apply: le_trans le1 _; rewrite -[X in X <= _]mul1r ler_pdivr_mulr //.
rewrite -subr_ge0.
have -> : (1 + x + 2%:R * x ^+ 2) * (1 - x) - 1 = x ^+ 2 * (1 - 2%:R * x) by ring.
by rewrite mulr_ge0 ?sqr_ge0 // subr_ge0.
Qed.

(* ln sum e^{a + t b} grows by t times the mean of b, up to 2 t^2. *)
Lemma ln_tilt (X : finType) (a b : X -> R) (t m : R) : X ->
  (forall x, `|b x| <= 1) -> `|t| <= 1 / 2%:R ->
  m = (\sum_x e (a x) * b x) / (\sum_x e (a x)) ->
  0 <= ln e (\sum_x e (a x + t * b x)) - ln e (\sum_x e (a x)) - m * t <= 2%:R * t ^+ 2.
Proof.
move=> x0 b1 th mdef.
set S := \sum_x e (a x); set St := \sum_x e (a x + t * b x).
have S0 : 0 < S by apply: sum_gt0 => // x; apply: expo_gt0.
have St0 : 0 < St by apply: sum_gt0 => // x; apply: expo_gt0.
pose p x := e (a x) / S.
have pd : distribution p.
  split=> [x|]; first by rewrite divr_ge0 ?expo_ge0 ?ltW.
  by rewrite -mulr_suml divff // gt_eqF.
have mE : expect p (fun x => t * b x) = m * t.
  rewrite /expect mdef !mulr_suml; apply: eq_bigr => x _; rewrite /p.
  have k (u v w s : R) : u / s * (v * w) = u * w / s * v by ring.
  exact: k.
have rE : expect p (fun x => e (t * b x)) = St / S.
  rewrite /expect /St mulr_suml; apply: eq_bigr => x _.
  by rewrite /p expoD mulrAC.
have lnr : ln e St - ln e S = ln e (St / S) by rewrite ln_div.
apply/andP; split.
  rewrite lnr subr_ge0 -(expo_le e) lnK ?divr_gt0 //.
  by rewrite -rE -mE; apply: jensen_expo.
rewrite lnr ler_subl_addr.
apply: le_trans (ln_le_subr1 e _) _; first by rewrite divr_gt0.
rewrite ler_subl_addr -rE.
apply: (@le_trans _ _ (expect p (fun x => 1 + t * b x + 2%:R * t ^+ 2))).
  apply: ler_sum => x _; rewrite ler_wpmul2l //; first by case: pd.
  have tb : `|t * b x| <= 1 / 2%:R.
    rewrite normrM -[X in _ <= X]mulr1; apply: ler_pmul; rewrite ?normr_ge0 //.
  apply: le_trans (expo_le_quadratic tb) _; rewrite ler_add2l ler_wpmul2l ?ler0n //.
  rewrite exprMn -[X in _ <= X]mulr1 ler_wpmul2l ?sqr_ge0 //.
  by rewrite -[b x ^+ 2]real_normK ?num_real // exprn_ile1 ?normr_ge0.
have -> : expect p (fun x => 1 + t * b x + 2%:R * t ^+ 2) = 1 + m * t + 2%:R * t ^+ 2.
  rewrite -mE /expect (eq_bigr (fun x => p x * (1 + 2%:R * t ^+ 2) + p x * (t * b x))).
    rewrite big_split /= -mulr_suml; case: pd => _ ->; rewrite mul1r.
    by rewrite addrAC.
  by move=> x _; ring.
by rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
Qed.
End Tilt.

Section Gradient.
Variables (R : realFieldType) (e : exponential R) (V H : finType).
Variables (E F : V -> H -> R) (q : V -> R) (v0 : V) (h0 : H).
Hypotheses (q_dist : distribution q) (F_le1 : forall v h, `|F v h| <= 1).

Let Et (t : R) (v : V) (h : H) : R := E v h - t * F v h.

Lemma kl_split (E' : V -> H -> R) :
  KL e q (probV (weight_of e E'))
  = \sum_v q v * ln e (q v) - \sum_v q v * ln e (margV (weight_of e E') v)
    + ln e (Zsum (weight_of e E')).
Proof.
have [q0 q1] := q_dist.
have Z0 := Zsum_gt0 e E' v0 h0.
have term v : q v * ln e (q v / probV (weight_of e E') v)
   = q v * ln e (q v) - q v * ln e (margV (weight_of e E') v)
     + q v * ln e (Zsum (weight_of e E')).
  have [->|n0] := eqVneq (q v) 0; first by rewrite !mul0r subr0 addr0.
  have qp : 0 < q v by rewrite lt_def n0 q0.
  have m0 := margV_gt0 e E' v h0.
  have -> : ln e (q v / probV (weight_of e E') v)
     = ln e (q v) - (ln e (margV (weight_of e E') v) - ln e (Zsum (weight_of e E'))).
    by rewrite -(ln_div e m0 Z0) -(ln_div e qp (divr_gt0 m0 Z0)).
  by ring.
rewrite /KL (eq_bigr _ (fun v _ => term v)) big_split /= sumrB -mulr_suml q1 mul1r.
by [].
Qed.

(* d/dt of D_KL(q || p_t) for E_t = E - t F is <F>_model - <F>_data. *)
Theorem kl_gradient :
  is_derive (fun t => KL e q (probV (weight_of e (fun v h => E v h - t * F v h)))) 0
    (expectVH (weight_of e E) F
     - \sum_v \sum_h q v * condH (weight_of e E) h v * F v h).
Proof.
have [q0 q1] := q_dist.
apply: (@derive_of_quadratic R _ _ _ 4%:R (1 / 2%:R)); rewrite ?ltr0n ?divr_gt0 ?ltr0n ?ltr01 //.
move=> t th; rewrite add0r !kl_split.
have E0 v : margV (weight_of e (fun v h => E v h - 0 * F v h)) v = margV (weight_of e E) v.
  by apply: eq_bigr => h _; rewrite /weight_of mul0r subr0.
have -> : Zsum (weight_of e (fun v h => E v h - 0 * F v h)) = Zsum (weight_of e E).
  by apply: eq_bigr => v _; apply: E0.
rewrite (eq_bigr (fun v => q v * ln e (margV (weight_of e E) v)) (fun v _ => congr1 (fun z => q v * ln e z) (E0 v))).
(* each v, and the whole *)
pose mv v := (\sum_h e (- E v h) * F v h) / \sum_h e (- E v h).
have local v : 0 <= ln e (margV (weight_of e (fun v h => E v h - t * F v h)) v)
   - ln e (margV (weight_of e E) v) - mv v * t <= 2%:R * t ^+ 2.
  have := ln_tilt h0 (F_le1 v) th (erefl (mv v)).
  have -> // : \sum_h e (- E v h + t * F v h)
            = margV (weight_of e (fun v h => E v h - t * F v h)) v.
  by apply: eq_bigr => h _; rewrite /weight_of opprB addrC.
pose mg := (\sum_(x : V * H) e (- E x.1 x.2) * F x.1 x.2) / \sum_(x : V * H) e (- E x.1 x.2).
have total : 0 <= ln e (Zsum (weight_of e (fun v h => E v h - t * F v h)))
   - ln e (Zsum (weight_of e E)) - mg * t <= 2%:R * t ^+ 2.
  have := ln_tilt (v0, h0) (fun x : V * H => F_le1 x.1 x.2) th (erefl mg).
  have -> : \sum_(x : V * H) e (- E x.1 x.2 + t * F x.1 x.2)
            = Zsum (weight_of e (fun v h => E v h - t * F v h)).
    rewrite -(pair_bigA _ (fun v h => e (- E v h + t * F v h))) /=.
    by apply: eq_bigr => v _; apply: eq_bigr => h _; rewrite /weight_of opprB addrC.
  have -> // : \sum_(x : V * H) e (- E x.1 x.2) = Zsum (weight_of e E).
  by rewrite -(pair_bigA _ (fun v h => e (- E v h))).
have mgE : expectVH (weight_of e E) F = mg.
  rewrite /expectVH /mg mulr_suml.
  rewrite -(pair_bigA _ (fun v h => e (- E v h) * F v h / \sum_(x : V * H) e (- E x.1 x.2))) /=.
  apply: eq_bigr => v _; apply: eq_bigr => h _.
  by rewrite /probVH /Zsum /weight_of (pair_bigA _ (fun v h => e (- E v h))) /= mulrAC.
have mvE : \sum_v \sum_h q v * condH (weight_of e E) h v * F v h = \sum_v q v * mv v.
  apply: eq_bigr => v _; rewrite /mv mulr_suml mulr_sumr; apply: eq_bigr => h _.
  by rewrite /condH -mulrA; congr (_ * _); rewrite mulrAC.
rewrite mgE mvE.
set G1 := ln e (Zsum _); set G0 := ln e (Zsum _) in total *.
set Q := \sum_v q v * ln e (q v).
pose d v := ln e (margV (weight_of e (fun v h => E v h - t * F v h)) v)
   - ln e (margV (weight_of e E) v) - mv v * t.
have sumd : \sum_v q v * d v
   = \sum_v q v * ln e (margV (weight_of e (fun v h => E v h - t * F v h)) v)
     - \sum_v q v * ln e (margV (weight_of e E) v) - (\sum_v q v * mv v) * t.
  rewrite mulr_suml -!sumrB; apply: eq_bigr => v _.
  by rewrite /d !mulrBr mulrA.
have d_ge0 : 0 <= \sum_v q v * d v.
  by apply: sumr_ge0 => v _; rewrite mulr_ge0 //; case/andP: (local v).
have d_le : \sum_v q v * d v <= 2%:R * t ^+ 2.
  apply: (@le_trans _ _ (\sum_v q v * (2%:R * t ^+ 2))); last by rewrite -mulr_suml q1 mul1r.
  by apply: ler_sum => v _; apply: ler_wpmul2l => //; case/andP: (local v).
have [g_ge0 g_le] := andP total.
set a1 := \sum_v q v * ln e (margV (weight_of e (fun v h => E v h - t * F v h)) v) in sumd *.
set a0 := \sum_v q v * ln e (margV (weight_of e E) v) in sumd *.
set mq := \sum_v q v * mv v in sumd *.
have k (x1 x0 z1 z0 Q' m1 m2 t' : R) :
  Q' - x1 + z1 - (Q' - x0 + z0) - (m1 - m2) * t' = (z1 - z0 - m1 * t') - (x1 - x0 - m2 * t').
  by ring.
rewrite k -sumd.
set A := G1 - G0 - mg * t in g_ge0 g_le *; set D := \sum_v q v * d v in d_ge0 d_le *.
have t2 : 0 <= 2%:R * t ^+ 2 by rewrite mulr_ge0 ?ler0n ?sqr_ge0.
apply: le_trans (ler_norm_sub _ _) _; rewrite !ger0_norm //.
have -> : 4%:R * t ^+ 2 = 2%:R * t ^+ 2 + 2%:R * t ^+ 2 by ring.
exact: ler_add.
Qed.
End Gradient.

Section RbmGradient.
Variables (R : realFieldType) (e : exponential R) (I J : finType).
Variables (b : J -> R) (W : I -> J -> R) (c : I -> R) (q : config I -> R).
Hypothesis q_dist : distribution q.

Lemma spin_norm s : `|spin R s| = 1.
Proof. by case: s; rewrite /= ?normrN normr1. Qed.

Lemma is_derive_shift (f g : R -> R) (x l : R) :
  (forall t, f (x + t) = g t) -> is_derive g 0 l -> is_derive f x l.
Proof.
move=> fg d eps e0; have [del d0 h] := d eps e0; exists del => // t tl.
have := h t tl; rewrite add0r !fg.
by rewrite -[X in _ - f X]addr0 fg.
Qed.

Lemma kl_ext (E E' : config I -> config J -> R) : (forall v h, E v h = E' v h) ->
  KL e q (probV (weight_of e E)) = KL e q (probV (weight_of e E')).
Proof.
move=> EE; have wE v h : weight_of e E v h = weight_of e E' v h by rewrite /weight_of EE.
have mE v : margV (weight_of e E) v = margV (weight_of e E') v by apply: eq_bigr => h _.
apply: eq_bigr => v _; congr (_ * ln e (_ / _)); rewrite /probV mE; congr (_ / _).
by apply: eq_bigr => u _; apply: mE.
Qed.

(* (7) with its sign *)
Theorem kl_gradient_W i a :
  is_derive (fun x => KL e q (probV (rbm_weight e b (set_W W i a x) c))) (W i a)
    (model_vh e b W c i a - data_vh e q b W c i a).
Proof.
pose F (v : config I) (h : config J) : R := spin R (v i) * spin R (h a).
have F1 v h : `|F v h| <= 1 by rewrite /F ?normrM !spin_norm ?mulr1.
apply: is_derive_shift (kl_gradient e (rbm_energy b W c) [ffun=> true] [ffun=> true] q_dist F1) => t.
apply: kl_ext => v h.
have -> : rbm_energy b (set_W W i a (W i a + t)) c v h
  = - (\sum_k b k * spin R (h k))
    - \sum_k \sum_l spin R (v k) * set_W W i a (W i a + t) k l * spin R (h l)
    - \sum_k c k * spin R (v k) by [].
have -> : \sum_k \sum_l spin R (v k) * set_W W i a (W i a + t) k l * spin R (h l)
  = \sum_k \sum_l spin R (v k) * W k l * spin R (h l) + t * F v h.
  rewrite (bigD1 i) //= [in RHS](bigD1 i) //= [RHS]addrAC; congr (_ + _).
    rewrite (bigD1 a) //= [in RHS](bigD1 a) //= [RHS]addrAC; congr (_ + _).
      by rewrite /set_W !eqxx /F /=; ring.
    by apply: eq_bigr => k /negbTE ka; rewrite /set_W ka andbF.
  by apply: eq_bigr => k /negbTE ki; apply: eq_bigr => l _; rewrite /set_W ki.
by rewrite /rbm_energy; ring.
Qed.

(* (8) with its sign *)
Theorem kl_gradient_visible_bias i :
  is_derive (fun x => KL e q (probV (rbm_weight e b W (set_at c i x)))) (c i)
    (model_v e b W c i - data_v q i).
Proof.
pose F (v : config I) (_ : config J) : R := spin R (v i).
have dE : data_v q i = \sum_v \sum_h q v * condH (rbm_weight e b W c) h v * F v h.
  apply: eq_bigr => v _; rewrite -mulr_suml -mulr_sumr -mulr_suml divff ?mulr1 //.
  by rewrite gt_eqF // (margV_gt0 e (rbm_energy b W c) v [ffun=> true]).
rewrite dE.
have F1 v h : `|F v h| <= 1 by rewrite /F ?normrM !spin_norm ?mulr1.
apply: is_derive_shift (kl_gradient e (rbm_energy b W c) [ffun=> true] [ffun=> true] q_dist F1) => t.
apply: kl_ext => v h.
  rewrite /rbm_energy -!addrA; congr (_ + (_ + _)); rewrite -opprD; congr (- _).
  rewrite (bigD1 i) //= [in RHS](bigD1 i) //= addrAC; congr (_ + _).
    by rewrite /set_at eqxx /F; ring.
  by apply: eq_bigr => k /negbTE ki; rewrite /set_at ki.
Qed.

(* (9) with its sign *)
Theorem kl_gradient_hidden_bias a :
  is_derive (fun x => KL e q (probV (rbm_weight e (set_at b a x) W c))) (b a)
    (model_h e b W c a - data_h e q b W c a).
Proof.
pose F (_ : config I) (h : config J) : R := spin R (h a).
have F1 v h : `|F v h| <= 1 by rewrite /F ?normrM !spin_norm ?mulr1.
apply: is_derive_shift (kl_gradient e (rbm_energy b W c) [ffun=> true] [ffun=> true] q_dist F1) => t.
apply: kl_ext => v h.
have -> : rbm_energy (set_at b a (b a + t)) W c v h
  = - (\sum_k set_at b a (b a + t) k * spin R (h k))
    - \sum_k \sum_l spin R (v k) * W k l * spin R (h l)
    - \sum_k c k * spin R (v k) by [].
have -> : \sum_k set_at b a (b a + t) k * spin R (h k)
  = \sum_k b k * spin R (h k) + t * F v h.
  rewrite (bigD1 a) //= [in RHS](bigD1 a) //= [RHS]addrAC; congr (_ + _).
    by rewrite /set_at eqxx /F; ring.
  by apply: eq_bigr => k /negbTE ka; rewrite /set_at ka.
by rewrite /rbm_energy; ring.
Qed.

Lemma opposite_iff (f : R -> R) (x m d : R) :
  is_derive f x (m - d) -> is_derive f x (d - m) <-> d = m.
Proof.
move=> dm; split=> [dd|E]; last by move: dm; rewrite E.
have h := is_derive_unique dd dm.
have : 2%:R * (d - m) = 0.
  by transitivity ((d - m) - (m - d)); [ring | rewrite h subrr].
by move/eqP; rewrite mulf_eq0 (negbTE (two_neq0 R)) subr_eq0 => /eqP.
Qed.

(* The printed sign is right exactly where the two averages agree. *)
Theorem kl_gradient_W_printed_iff i a :
  is_derive (fun x => KL e q (probV (rbm_weight e b (set_W W i a x) c))) (W i a)
    (data_vh e q b W c i a - model_vh e b W c i a)
  <-> data_vh e q b W c i a = model_vh e b W c i a.
Proof. exact/opposite_iff/kl_gradient_W. Qed.

Theorem kl_gradient_visible_bias_printed_iff i :
  is_derive (fun x => KL e q (probV (rbm_weight e b W (set_at c i x)))) (c i)
    (data_v q i - model_v e b W c i)
  <-> data_v q i = model_v e b W c i.
Proof. exact/opposite_iff/kl_gradient_visible_bias. Qed.

Theorem kl_gradient_hidden_bias_printed_iff a :
  is_derive (fun x => KL e q (probV (rbm_weight e (set_at b a x) W c))) (b a)
    (data_h e q b W c a - model_h e b W c a)
  <-> data_h e q b W c a = model_h e b W c a.
Proof. exact/opposite_iff/kl_gradient_hidden_bias. Qed.
End RbmGradient.
